// The inside of KeygenMachine. Source: docs/threshold_signing.md "Key generation", "Rounds".
#pragma once

#include "actors/keygen_dealings.hpp"
#include "actors/keygen_records.hpp"
#include "actors/keygen_tally.hpp"

namespace quorate::actors {

class KeygenMachine::Core {
 public:
  Core(KeygenSetup setup, keygen::Stored stored, crypto::KeygenConfig config);

  KeygenEffects start(BurnHeight height);
  Result<> check(const KeygenInput& input) const;
  KeygenEffects step(const KeygenInput& input);

  [[nodiscard]] consensus::InstanceId instance() const {
    return consensus::key_instance(scene_.set, attempt_.attempt);
  }
  [[nodiscard]] const messages::KeygenState& state() const { return state_; }
  [[nodiscard]] const consensus::KeyContent* content(const Hash256& id) const;
  [[nodiscard]] const std::set<MemberIndex>& convicted() const { return convicted_; }
  [[nodiscard]] const consensus::KeyCertificate* certificate() const {
    return certificate_ ? &*certificate_ : nullptr;
  }
  [[nodiscard]] crypto::GroupRef group() const { return group_; }
  [[nodiscard]] const crypto::PartyKey* key() const { return key_ ? &*key_ : nullptr; }

 private:
  using Effects = KeygenEffects;
  using Shown = JudgeValue::Shown;
  /// A value whose verdict the composition wants.
  struct Asked {
    Shown shown{};
    std::optional<Result<>> told;
  };
  enum class Dealing : std::uint8_t { own, none };

  // keygen_machine.cpp: inputs and rounds
  void on(const DealingSeen& seen, Effects& out);
  void on(const PeerKeygen& peer, Effects& out);
  void on(const KeygenBurnHeight& tip, Effects& out);
  void on(const JudgeValue& asked, Effects& out);
  void on(const KeepContent& kept, Effects& out);
  void on(const KeyDecided& decided, Effects& out);
  void on(const KeyCertified& certified, Effects& out);
  void on(const KeygenTime& time, Effects& out);
  void enter_attempt(std::uint32_t attempt, Dealing dealing, Effects& out);
  void open_attempt(crypto::KeygenConfig config);
  void deal(Effects& out);
  void go_on_dealing(Effects& out);
  void replay_future(Effects& out);
  void follow_others(Effects& out);
  void learn_contents(MemberIndex member, const messages::KeygenState& state);
  void forget_contents();
  void advance(Effects& out);
  void confirm();
  [[nodiscard]] bool is_examined();
  [[nodiscard]] bool confirms(MemberIndex dealer) const;
  void write_state();
  void publish(Effects& out);
  void tell_evidence(Effects& out);
  [[nodiscard]] bool reached(std::uint32_t deadline) const {
    return height_.value >= attempt_.start.value + deadline;
  }

  // keygen_choice.cpp: what to propose, what to agree to, and the end
  void choose();
  [[nodiscard]] std::optional<consensus::Value> preferred();
  [[nodiscard]] std::vector<crypto::DealingRef> qualified() const;
  [[nodiscard]] bool qualifies(MemberIndex dealer) const;
  [[nodiscard]] bool still_good(const consensus::KeyContent& content) const;
  [[nodiscard]] std::optional<consensus::Value> offer(
      const std::vector<crypto::DealingRef>& dealings);
  [[nodiscard]] Effects verdicts();
  [[nodiscard]] std::optional<Result<>> verdict(const consensus::Value& value, Shown shown);
  [[nodiscard]] std::optional<Result<>> content_verdict(const consensus::KeyContent& content,
                                                        Shown shown);
  [[nodiscard]] Result<> check_form(const consensus::KeyContent& content) const;
  [[nodiscard]] bool gate_open(const consensus::KeyContent& content) const;
  [[nodiscard]] Result<std::optional<crypto::OutcomeRef>> combine(
      const consensus::KeyContent& content);
  [[nodiscard]] Result<std::optional<crypto::OutcomeRef>> combine(
      const std::vector<crypto::DealingRef>& dealings);
  void finish(Effects& out);
  void take_shares(Effects& out);
  void restore(const keygen::ResultRecord& result);

  messages::KeygenScene scene_;
  std::optional<MemberIndex> self_;
  std::optional<crypto::SecretKey> host_;
  std::uint32_t deal_deadline_;
  std::uint32_t confirm_deadline_;
  std::uint32_t certify_deadline_;
  Hash256 entropy_;
  Bytes prefix_;
  keygen::Stored stored_;

  /// Long computations: what one step may spend, and what is half done.
  std::uint64_t slice_units_;
  crypto::WorkBudget budget_;
  bool has_asked_for_time_{};
  bool is_busy_{};
  std::map<std::vector<Hash256>, crypto::CombineWork> combining_;  // by hashes of the dealings
  std::map<std::vector<Hash256>, crypto::OutcomeRef> outcomes_;

  keygen::AttemptRecord attempt_;
  BurnHeight height_;
  std::optional<keygen::DealingBook> book_;
  std::optional<keygen::ConfirmationTally> tally_;
  std::map<MemberIndex, Hash256> confirmed_;
  bool has_confirmed_{};
  std::set<MemberIndex> in_time_;  // dealers whose dealing came before h1 was over
  messages::KeygenState state_;
  messages::KeygenState published_;
  bool is_published_{};
  std::map<MemberIndex, DealingSeen> future_dealings_;
  std::map<MemberIndex, messages::KeygenState> future_states_;
  std::set<MemberIndex> convicted_;
  std::set<MemberIndex> banned_;  // convicted in earlier attempts: no longer dealers

  std::map<Hash256, consensus::KeyContent> contents_;
  std::map<MemberIndex, std::vector<Hash256>> offered_by_;
  std::optional<consensus::Value> candidate_;
  std::optional<consensus::Value> told_candidate_;
  std::vector<Hash256> kept_;       // by order of the agreement, newest first
  std::optional<Hash256> liked_;    // found valid last
  std::map<consensus::Value, Asked> asked_;

  std::optional<consensus::VoteCertificate> votes_;
  std::optional<consensus::KeyCertificate> certificate_;
  crypto::GroupRef group_;
  std::optional<crypto::PartyKey> key_;
  bool told_finished_{};
  bool told_ready_{};
};

}  // namespace quorate::actors
