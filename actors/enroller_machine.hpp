// A producer's Bitcoin wallet for joining: registers the VRF key once and enrolls for every term it
// can. Source: SIP "Producer Set Enrollments"; docs/spec_gaps.md "Enrollment after a
// reorganisation" (waits three blocks into the window before it enrolls).
#pragma once

#include <map>

#include "actors/wallet_io.hpp"
#include "bitcoin/operations.hpp"
#include "consensus/params.hpp"

namespace quorate::actors {

struct EnrollerConfig {
  bitcoin::Magic magic{};
  /// Paid by one enrollment over its PoX outputs, rounded down to equal amounts.
  Sats spend;
  Sats fee{2'000};
  /// Burn blocks into the window before enrolling.
  std::uint64_t patience{3};
  /// Terms up to this one are enrolled for (a simulation ends; a node enrolls for ever).
  TermNumber last_target{~std::uint64_t{0}};
};

using EnrollerInput = std::variant<messages::ChainEvent, CoinsSeen, Timer>;

class EnrollerMachine {
 public:
  /// `key` owns the coins, signs the enrollment and, as its signing key, everything in the term.
  EnrollerMachine(const EnrollerConfig& config, crypto::SecretKey key, crypto::VrfKey vrf_key);

  /// Never fails: what is not for it is ignored.
  [[nodiscard]] WalletEffects step(Instant now, const EnrollerInput& input);

  /// The script whose coins this wallet spends.
  [[nodiscard]] const bitcoin::Script& script() const { return script_; }

 private:
  WalletEffects on_event(const messages::ChainEvent& event);
  WalletEffects on_coins(const std::vector<bitcoin::Coin>& coins);
  [[nodiscard]] bool should_enroll() const;
  [[nodiscard]] WalletEffects pay(const std::vector<bitcoin::Coin>& coins,
                                  std::vector<bitcoin::TxOut> outputs, std::string what) const;
  [[nodiscard]] std::vector<bitcoin::TxOut> registration_outputs() const;
  [[nodiscard]] std::vector<bitcoin::TxOut> enrollment_outputs() const;

  EnrollerConfig config_;
  crypto::SecretKey key_;
  crypto::VrfKey vrf_key_;
  bitcoin::Script script_;

  std::optional<bitcoin::BurnPlace> registered_;
  bool registering_{};
  std::optional<messages::EnrollmentOpen> open_;
  /// What was enrolled for, by term: another offer for the same term is another enrollment.
  std::map<TermNumber, Hash256> enrolled_;
  BurnHeight tip_;
};

}  // namespace quorate::actors
