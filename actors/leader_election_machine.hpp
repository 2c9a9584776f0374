// Elects one leader per epoch of a term among the producers. Decides who may ask when, whom this
// member grants, and when an epoch is over; it never decides what a leader may do.
// Source: SIP "Producer Set Collaboration" (rounds until 67 % agree); docs/protocol.md "Leader
// election"; Gap: docs/spec_gaps.md "Election waits" (public instead of random waits).
#pragma once

#include <map>

#include "actors/effects.hpp"
#include "actors/notary.hpp"
#include "consensus/params.hpp"
#include "messages/election_messages.hpp"

namespace quorate::actors {

namespace election {

/// Begins the elections of a term with this set; whatever belonged to another term is forgotten.
/// The same term and set again is ignored.
struct TermStarted {
  TermNumber term;
  consensus::SignerSet set;
  /// Absent: this node only watches (it has no signer slot).
  std::optional<MemberIndex> self;
};
/// A request or grant from the wire.
struct Received {
  messages::ElectionMessage message;
};
/// A member's epoch as its signed state chunk shows it.
struct PeerEpoch {
  TermNumber term;
  MemberIndex member;
  std::uint32_t epoch{};
};
/// A leader's certificate as its state chunk shows it.
struct CertificateSeen {
  messages::LeaderCertificate certificate;
};
/// A height or an attempt was decided.
struct Progress {
  TermNumber term;
};
/// Whether there is anything to put into a block. While there is not, no epoch ends by its timer: a
/// leader is not blamed for silence when nothing was to be said.
enum class Work : std::uint8_t { none, some };
struct WorkChanged {
  TermNumber term;
  Work work{};
};
struct TimerFired {
  Timer timer;
};
/// The table `election` as it was found at start; before the first `TermStarted`.
struct Restored {
  std::vector<std::pair<Bytes, Bytes>> records;
};
using Input = std::variant<TermStarted, Received, PeerEpoch, CertificateSeen, Progress, WorkChanged,
                           TimerFired, Restored>;

struct SendTo {
  MemberIndex member;
  messages::ElectionMessage message;
};
/// To every other member.
struct Broadcast {
  messages::ElectionMessage message;
};
/// The leader of the current epoch is known, once per epoch: this member (it publishes the
/// certificate in its state chunk) or another.
struct LeaderElected {
  messages::LeaderCertificate certificate;
};
/// To be published in the own state chunk.
struct EpochEntered {
  TermNumber term;
  std::uint32_t epoch{};
};
using Effect = std::variant<Persist, SendTo, Broadcast, ArmTimer, LeaderElected, EpochEntered>;
using Effects = std::vector<Effect>;

/// Timer kinds: a = term, b = epoch, c = count of the timer's starts in this term.
enum class TimerKind : std::uint8_t { epoch_over = 1, wait_over = 2, ask_again = 3 };

/// Only the first ranks stand in an epoch.
inline constexpr std::size_t standing_ranks = 8;
/// Epochs for which a leader without progress ranks last.
inline constexpr std::uint32_t demotion_epochs = 3;

}  // namespace election

class LeaderElectionMachine {
 public:
  LeaderElectionMachine(std::uint32_t network_id, const consensus::Timing& timing,
                        const Notary& notary);

  /// Advances by one input. On error the state is unchanged: election_not_started,
  /// election_other_term, election_unknown_member, election_bad_signature, election_epoch_over,
  /// election_not_standing, election_granted_other, election_leader_known, election_not_asked,
  /// election_already_started, election_bad_record, or what a certificate's check says.
  [[nodiscard]] Result<election::Effects> step(Instant now, const election::Input& input);

  [[nodiscard]] std::optional<TermNumber> term() const;
  [[nodiscard]] std::uint32_t epoch() const { return epoch_; }
  /// The certificate of the current epoch, if known.
  [[nodiscard]] const std::optional<messages::LeaderCertificate>& leader() const { return leader_; }
  /// Whom this member granted in the current epoch.
  [[nodiscard]] std::optional<MemberIndex> granted() const { return granted_; }
  /// Consecutive epochs that ended without progress, up to the current one.
  [[nodiscard]] std::uint32_t failed_epochs() const { return failed_; }
  /// Members in the order in which they may ask in the current epoch; only the first
  /// `standing_ranks` stand.
  [[nodiscard]] const std::vector<MemberIndex>& order() const { return order_; }
  /// How long after entering the current epoch the member at `rank` may ask.
  [[nodiscard]] Duration wait_of_rank(std::size_t rank) const;

  /// Key of the one record per term and set. A grant is in it before it is on the wire.
  [[nodiscard]] static Bytes record_key(TermNumber term, const SetHash& set);

 private:
  using Effects = election::Effects;
  /// What must survive a restart: in no epoch up to `epoch` is another grant possible.
  struct Promise {
    std::uint32_t epoch{};
    MemberIndex candidate;
    static constexpr auto wire_fields() {
      return std::make_tuple(&Promise::epoch, &Promise::candidate);
    }
  };

  Result<Effects> on(Instant now, const election::TermStarted& input);
  Result<Effects> on(Instant now, const election::Received& input);
  Result<Effects> on(Instant now, const election::PeerEpoch& input);
  Result<Effects> on(Instant now, const election::CertificateSeen& input);
  Result<Effects> on(Instant now, const election::Progress& input);
  Result<Effects> on(Instant now, const election::WorkChanged& input);
  Result<Effects> on(Instant now, const election::TimerFired& input);
  Result<Effects> on(Instant now, const election::Restored& input);
  Result<Effects> on_request(Instant now, const messages::ElectionRequest& request);
  Result<Effects> on_grant(Instant now, const messages::ElectionGrant& grant);

  [[nodiscard]] Result<> check_term(TermNumber term) const;
  [[nodiscard]] Result<> check_member(MemberIndex member) const;
  [[nodiscard]] Result<> check(const messages::LeaderCertificate& certificate) const;
  [[nodiscard]] Hash256 digest(messages::ElectionKind kind, std::uint32_t epoch,
                               MemberIndex candidate) const;
  [[nodiscard]] Result<std::size_t> standing_rank(MemberIndex member) const;
  [[nodiscard]] Instant due(std::size_t rank) const { return entered_ + wait_of_rank(rank); }
  [[nodiscard]] Timer timer(election::TimerKind kind) const;

  /// Opens the first epoch of a term: the one of the last promise, or 0.
  void forget_term();
  void enter_epoch(Instant now, std::uint32_t epoch, Effects& out);
  void close_epoch(std::uint32_t next);
  void rank_members();
  void start_epoch_timer(Instant now, Effects& out);
  /// Enters the highest epoch in or above which ≥ 34 % of weight is seen.
  void follow_others(Instant now, Effects& out);
  void note_epoch(MemberIndex member, std::uint32_t epoch);
  /// Asks or grants whatever is due by now: the best rank first.
  void act(Instant now, Effects& out);
  void ask(Instant now, Effects& out);
  void grant(MemberIndex candidate, Effects& out);
  void send_grant(MemberIndex candidate, Effects& out) const;
  void promise(MemberIndex candidate, Effects& out);
  void count_grants(Effects& out);
  void learn_leader(const messages::LeaderCertificate& certificate, Effects& out);

  std::uint32_t network_id_;
  consensus::Timing timing_;
  const Notary* notary_;

  /// Last promise per record key, of this run and the ones before; old terms are erased.
  std::map<Bytes, Promise> promises_;

  std::optional<TermNumber> term_;
  consensus::SignerSet set_;
  SetHash set_hash_;
  std::optional<MemberIndex> self_;
  election::Work work_{election::Work::some};

  std::uint32_t epoch_{};
  Instant entered_{};
  std::uint32_t failed_{};
  bool progressed_{};  ///< In the current epoch.
  std::uint64_t timer_starts_{};
  std::vector<MemberIndex> order_;
  std::optional<MemberIndex> granted_;
  /// How often this member asked for grants in this epoch: it repeats itself more and more rarely.
  std::uint32_t asks_{};
  std::map<MemberIndex, crypto::SchnorrSignature> grants_;  ///< For this member, this epoch.
  /// Epoch of each candidate's highest request; those of this epoch wait for their time.
  std::map<MemberIndex, std::uint32_t> requests_;
  std::optional<messages::LeaderCertificate> leader_;
  std::vector<std::uint32_t> seen_epochs_;  ///< Highest per member.
  /// Until which epoch (inclusive) a member ranks last.
  std::map<MemberIndex, std::uint32_t> demoted_;
};

}  // namespace quorate::actors
