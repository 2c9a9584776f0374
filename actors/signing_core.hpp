// The inside of SigningMachine. Source: docs/threshold_signing.md "Nonces", "Coordination".
#pragma once

#include <deque>

#include "actors/signing_machine.hpp"

namespace quorate::actors {

namespace signing {

/// One answered session as it stands in the log: durable before the share leaves.
struct LoggedShare {
  consensus::InstanceId instance;
  consensus::View view;
  crypto::BatchId batch;
  crypto::SignatureShare share;
  static constexpr auto wire_fields() {
    return std::make_tuple(&LoggedShare::instance, &LoggedShare::view, &LoggedShare::batch,
                           &LoggedShare::share);
  }
};

/// The own nonces for one kind of subject: a batch being spent, and the one before it, which
/// requests under way may still name.
struct Suite {
  std::uint32_t window{};  ///< Nonces published at a time.
  std::optional<crypto::NonceBatch> current;
  std::optional<crypto::NonceBatch> previous;
  std::uint32_t next{};  ///< Index after the highest spent one: lower ones are no longer offered.

  /// What to publish: the unspent nonces from `next` on, at most `window`.
  [[nodiscard]] crypto::NonceCommitments offered() const;
  /// The batch with this id, or null.
  [[nodiscard]] crypto::NonceBatch* find(const crypto::BatchId& batch);
  /// Whether at most a quarter of a window is left.
  [[nodiscard]] bool is_low() const;
  void renew(crypto::NonceBatch batch);
};

}  // namespace signing

class SigningMachine::Core {
 public:
  explicit Core(SigningSetup setup);
  /// @returns nonce_log_corrupt.
  Result<> restore(const std::vector<StoredRecord>& records);

  SigningEffects start();
  [[nodiscard]] Result<> check(const SigningInput& input) const;
  SigningEffects step(Instant now, const SigningInput& input);

  [[nodiscard]] const messages::SigningState& state() const { return state_; }
  [[nodiscard]] Weight ready_weight() const;
  [[nodiscard]] const std::set<MemberIndex>& convicted() const { return convicted_; }
  [[nodiscard]] const crypto::GroupRef& group() const { return group_; }

 private:
  using Effects = SigningEffects;
  using Outputs = crypto::SigningCoordinator::Outputs;
  /// The newest state of a member, as far as coordinators need it.
  struct Peer {
    std::optional<crypto::NonceCommitments> nonces;
    std::optional<crypto::NonceCommitments> announce_nonces;
    std::vector<crypto::SignatureShare> shares;
    messages::SignedState written;
  };
  using RequestRef = std::shared_ptr<const messages::PostedRequest>;
  /// A member's share for a block, with the words it stands in.
  struct Answer {
    RequestRef request;
    crypto::SignatureShare share;
    messages::SignedState written;
  };
  /// Requests for blocks that somebody posted: what a share's session stands for.
  struct HeardRequest {
    Hash256 hash;
    crypto::SessionId session;
    RequestRef request;
  };
  struct Permission {
    consensus::View view;
    crypto::SigningSubject subject;
    std::optional<crypto::PublicKey> leader;
  };
  struct Waiting {
    crypto::PublicKey from;
    messages::PostedRequest request;
    std::uint64_t order{};
  };
  struct Posted {
    crypto::SessionId session;
    messages::PostedRequest request;
    std::size_t bytes{};
  };
  /// One subject for which this member collects shares.
  struct Opening {
    std::uint64_t number{};
    consensus::View view;
    crypto::SigningSubject subject;
    crypto::SigningCoordinator coordinator;
    std::vector<Posted> posted;  ///< Oldest first.
    /// Sessions that a member said it cannot answer.
    std::map<MemberIndex, std::set<crypto::SessionId>> lost;
    std::optional<std::size_t> armed_for;  ///< Sessions opened when the timer was armed.
    Duration wait;
    std::uint8_t jitter{};  ///< Lengthens the waits of this opening by so many 256ths.
  };

  // signing_machine.cpp: the member
  void on(const PeerSigning& peer, Effects& out);
  void on(const RequestSeen& seen, Effects& out);
  void on(const Permit& permit, Effects& out);
  void on(const Withdraw& withdraw, Effects& out);
  void on(const CloseSigning& close, Effects& out);
  void hear_request(const crypto::PublicKey& from, const messages::PostedRequest& request,
                    Effects& out);
  [[nodiscard]] bool concerns_me(const messages::PostedRequest& request) const;
  [[nodiscard]] bool is_permitted(const crypto::PublicKey& from,
                                  const messages::PostedRequest& request) const;
  void wait_for_permission(const crypto::PublicKey& from, const crypto::SessionId& session,
                           const messages::PostedRequest& request, Effects& out);
  void answer(const crypto::PublicKey& from, const messages::PostedRequest& request,
              Effects& out);
  void release(const messages::PostedRequest& request, const crypto::BatchId& batch,
               const crypto::SignatureShare& share, Effects& out);
  void reject(const consensus::InstanceId& instance, const crypto::SessionId& session,
              messages::RejectReason reason, Effects& out);
  [[nodiscard]] signing::Suite& suite_of(const crypto::SigningSubject& subject);
  void refill(signing::Suite& suite);
  [[nodiscard]] Hash256 next_random();
  void remember_handled(const consensus::InstanceId& instance, const Hash256& hash);
  void write_state();
  void publish(Effects& out);

  // signing_coordination.cpp: the coordinator
  void on(const OpenSigning& open, Effects& out);
  void on(const ExcludeSigner& excluded, Effects& out);
  void on(const Timer& timer, Effects& out);
  void go_on_checking(const Timer& timer, Effects& out);
  void feed(const PeerSigning& peer, Effects& out);
  void feed_nonces(const consensus::InstanceId& id, Opening& opening, MemberIndex member,
                   const Peer& peer, Effects& out);
  void feed_reject(const consensus::InstanceId& id, Opening& opening, MemberIndex member,
                   const messages::Reject& reject, Effects& out);
  void feed_own_share(const crypto::SignatureShare& share, Effects& out);
  void feed_own_reject(const messages::Reject& reject, Effects& out);
  void handle(const consensus::InstanceId& id, Opening& opening, Outputs outputs, Effects& out);
  void post(const consensus::InstanceId& id, Opening& opening, const crypto::OpenSession& open,
            Effects& out);
  void complete(const consensus::InstanceId& id, Opening& opening,
                const crypto::GroupSignature& signature, Effects& out);
  void convict(const consensus::InstanceId& id, const crypto::Convicted& verdict, Effects& out);
  void convict_equivocation(MemberIndex member, const crypto::NonceCommitments& before,
                            const crypto::NonceCommitments& now,
                            const messages::SignedState& written_before,
                            const messages::SignedState& written_now, Effects& out);
  void accuse(const char* kind, messages::SigningFault fault, Effects& out);
  void exclude_everywhere(Effects& out);
  void arm(Opening& opening, Effects& out);
  void trim_posted();

  // signing_watch.cpp: who answers for two blocks in one view
  void note_request(const messages::PostedRequest& request, const Hash256& hash, Effects& out);
  void note_shares(MemberIndex member, const Peer& peer, Effects& out);
  void note_answer(MemberIndex member, const Answer& answer, Effects& out);
  void forget_answers(const consensus::InstanceId& instance);

  [[nodiscard]] const std::optional<crypto::NonceCommitments>& nonces_of(
      const Opening& opening, const Peer& peer) const;

  consensus::SignerSet set_;
  consensus::KeyContent content_;
  Hash256 cid_;
  crypto::GroupRef group_;
  std::uint32_t network_id_;
  std::optional<MemberIndex> self_;
  std::optional<crypto::ShareSigner> signer_;
  Hash256 entropy_;
  Duration collect_wait_;
  Duration session_wait_;
  std::size_t request_budget_;
  Instant now_;

  signing::Suite block_suite_;
  signing::Suite announce_suite_;
  std::map<consensus::InstanceId, Permission> permits_;
  /// By session and by who asks: somebody may repeat the leader's request before it is heard.
  std::map<std::pair<crypto::SessionId, crypto::PublicKey>, Waiting> waiting_;
  std::uint64_t waiting_order_{};
  /// Requests already answered or rejected, by hash, so that a re-read state costs nothing.
  std::map<consensus::InstanceId, std::set<Hash256>> handled_;
  std::vector<signing::LoggedShare> shares_;  ///< Oldest first.
  std::map<std::pair<consensus::InstanceId, crypto::PublicKey>, std::uint32_t> answered_;
  std::vector<std::pair<consensus::InstanceId, messages::Reject>> rejects_;
  messages::SigningState state_;
  messages::SigningState published_;
  bool is_published_{};

  std::map<MemberIndex, Peer> peers_;
  std::deque<HeardRequest> heard_;  ///< Oldest first.
  std::map<MemberIndex, std::deque<Answer>> peer_answers_;
  std::map<consensus::InstanceId, Opening> openings_;
  std::uint64_t openings_made_{};
  std::set<MemberIndex> convicted_;
  std::set<MemberIndex> excluded_;
};

}  // namespace quorate::actors
