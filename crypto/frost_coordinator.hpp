// The coordinator's side of signing: ROAST's rules with weights, as a pure machine. It opens
// sessions, collects shares, convicts who answers wrongly and ends with a signature, however the
// faulty behave: every party sits in at most one unfinished session, so f faulty ones can spoil at
// most f. Source: docs/threshold_signing.md "Coordination" (ROAST).
#pragma once

#include <map>
#include <set>
#include <variant>

#include "crypto/frost_session.hpp"

namespace quorate::crypto {

/// Publish this request.
struct OpenSession {
  SigningRequest request;
  SessionId session;
};
/// Done; nothing more will come.
struct SigningFinished {
  GroupSignature signature;
};
/// This party answered wrongly. Evidence for others: the request and the share (each with the
/// chunk signature of its author, which the caller holds), or two lists of nonces of one batch.
struct Convicted {
  MemberIndex party;
  Errc reason{};
  std::optional<SigningRequest> request;
  std::optional<SignatureShare> share;
  std::vector<NonceCommitments> batches;
};
/// Answers are being checked one by one, which takes long: call `on_time` as soon as others have
/// had their turn.
struct CoordinatorBusy {};
using CoordinatorOutput = std::variant<OpenSession, SigningFinished, Convicted, CoordinatorBusy>;

/// One coordinator per (instance, view, subject).
class SigningCoordinator {
 public:
  using Outputs = std::vector<CoordinatorOutput>;

  /// `slice_units`: how much checking one call does (see WorkBudget).
  SigningCoordinator(GroupRef group, const Hash256& instance, const ViewBytes& view,
                     SigningSubject subject, std::uint64_t slice_units = crypto::slice_units);

  /// The newest published nonces of a party; the caller has checked who published them. Two
  /// different nonces under one batch id and index convict it. When every party is ready the first
  /// session opens at once.
  [[nodiscard]] Outputs on_nonces(MemberIndex party, const NonceCommitments& nonces);
  /// A party answered. Answers to unknown sessions and repetitions change nothing.
  [[nodiscard]] Outputs on_share(MemberIndex party, const SignatureShare& share);
  /// The waiting time is over, at first or since the last session was opened: the next session
  /// opens as soon as those who are ready weigh enough.
  [[nodiscard]] Outputs on_timer();
  /// The answer to CoordinatorBusy.
  [[nodiscard]] Outputs on_time();
  /// A party is no longer asked (convicted elsewhere, or it refused by name).
  [[nodiscard]] Outputs exclude(MemberIndex party);
  /// A party says that it cannot answer `session` (its nonce served elsewhere) and is no worse for
  /// it: that session is lost, the party is asked again with its next nonce when the others do not
  /// weigh enough without it. The caller limits how often a party may say so.
  [[nodiscard]] Outputs release(MemberIndex party, const SessionId& session);

  [[nodiscard]] bool is_finished() const { return finished_; }
  [[nodiscard]] std::size_t sessions_opened() const { return sessions_.size(); }
  [[nodiscard]] const std::set<MemberIndex>& convicted() const { return convicted_; }
  /// Weight of those who could be asked now.
  [[nodiscard]] Weight ready_weight() const;

 private:
  struct Nonces {
    NonceCommitments list;
    std::uint32_t next{};  ///< Index of the first nonce this coordinator has not used.
    [[nodiscard]] bool has_next() const {
      return next - list.base < list.nonces.size();
    }
  };
  struct Session {
    SigningRequest request;
    SessionRef context;
    std::map<MemberIndex, SignatureShare> shares;
    std::set<MemberIndex> good;  ///< Whose share was checked by itself.
    bool has_failed{};           ///< All have answered, and the sum does not verify.
  };

  [[nodiscard]] bool is_asked(MemberIndex party) const;
  [[nodiscard]] bool is_everybody_ready() const;
  [[nodiscard]] std::vector<MemberIndex> ready() const;
  /// Whom to ask next: those who lost no session, if they weigh enough; else all that are ready.
  [[nodiscard]] std::vector<MemberIndex> chosen() const;
  [[nodiscard]] SigningRequest request_for(const std::vector<MemberIndex>& parties) const;
  void open_if_possible(Outputs& out);
  bool try_open(Outputs& out);
  [[nodiscard]] bool check_answers(Outputs& out);
  [[nodiscard]] bool check_answers(Session& session, std::size_t index, WorkBudget& budget,
                                   Outputs& out);
  void release_answered();
  void try_finish(Session& session, Outputs& out);
  void convict(Convicted verdict, Outputs& out);
  [[nodiscard]] GroupSignature finished_signature(const Session& session,
                                                  const SchnorrSignature& signature) const;

  GroupRef group_;
  Hash256 instance_;
  ViewBytes view_;
  SigningSubject subject_;
  std::uint64_t slice_units_;
  std::map<MemberIndex, Nonces> nonces_;
  std::map<MemberIndex, std::size_t> pending_;  ///< Party → its unfinished session.
  std::set<MemberIndex> convicted_;
  std::set<MemberIndex> excluded_;
  std::set<MemberIndex> lost_;  ///< Said once that they could not answer.
  std::vector<Session> sessions_;
  bool may_open_{};
  bool finished_{};
  bool has_asked_for_time_{};
};

}  // namespace quorate::crypto
