// Accounts and what may change them: transfers, on-Bitcoin operations, rewards. A Ledger is a
// value; copying it is cheap, so trying a block means trying it on a copy. Source: SIP-005
// "Transaction Processing", SIP-007, SIP "Producer Rewards"; Gap: docs/spec_gaps.md "State root",
// "Replayed transactions".
#pragma once

#include <span>
#include <vector>

#include "consensus/params.hpp"
#include "consensus/pox_cycle.hpp"
#include "consensus/rewards.hpp"
#include "consensus/state_map.hpp"
#include "stacks/transaction.hpp"

namespace quorate::consensus {

/// The numbers the ledger needs of the network's parameters.
struct LedgerRules {
  stacks::Network network{stacks::Network::testnet};
  std::uint32_t chain_id{stacks::testnet_chain_id};
  BurnHeight first_burn_height;
  std::uint32_t cycle_length{2100};
  /// Source: SIP-007: stacks lock for 1..12 cycles.
  std::uint32_t max_lock_cycles{12};
  /// The smallest stake is this part of the supply. Source: `.pox-4` (mainnet 20,000, else 8,000).
  std::uint32_t min_stake_divisor{8'000};

  static LedgerRules from(const Params& params);
  /// The reward cycle of a Bitcoin height, on the grid of terms: heights first+1 … first+length are
  /// cycle 0.
  [[nodiscard]] CycleNumber cycle_of(BurnHeight height) const;
};

/// `locked` is a part of `balance`; it cannot be spent below `unlock_height`.
struct Account {
  MicroStx balance;
  MicroStx locked;
  BurnHeight unlock_height;
  std::uint64_t nonce{};

  /// What may be spent at a Bitcoin height. The lock ends by itself: nothing has to be executed.
  [[nodiscard]] MicroStx spendable(BurnHeight at) const {
    return at >= unlock_height ? balance : balance - locked;
  }
  bool operator==(const Account&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&Account::balance, &Account::locked, &Account::unlock_height,
                           &Account::nonce);
  }
};

/// What became of a transaction. A replayed transaction that can no longer be applied stays in its
/// block with the error.
struct Receipt {
  MicroStx fee;
  std::optional<Errc> runtime_error;
  bool operator==(const Receipt&) const = default;
};

/// Locks STX for reward cycles. Source: SIP "Boot Contracts" (the signing key is the SIP's
/// addition).
struct StackRequest {
  stacks::Address stacker;
  MicroStx amount;
  std::uint8_t cycles{};
  RewardScript reward_script;
  std::optional<crypto::PublicKey> signing_key;
};

/// Lets another address stack for this one.
struct Delegation {
  stacks::Address delegate;
  MicroStx amount;
  std::optional<RewardScript> reward_script;
  std::optional<BurnHeight> until;
  bool operator==(const Delegation&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&Delegation::delegate, &Delegation::amount, &Delegation::reward_script,
                           &Delegation::until);
  }
};

/// Opening balance of one account.
struct GenesisBalance {
  stacks::Principal owner;
  MicroStx amount;
};
/// Bound on the sum of opening balances, so that no later sum or product can leave its type.
inline constexpr MicroStx max_genesis_supply{U128{1} << 63};

/// A stacker of cycles 0 … cycles−1. Its amount must be covered by its opening balance.
struct GenesisStacker {
  stacks::Address stacker;
  MicroStx amount;
  RewardScript reward_script;
  crypto::PublicKey signing_key;
  std::uint8_t cycles{1};
};
struct GenesisState {
  std::vector<GenesisBalance> balances;
  std::vector<GenesisStacker> stackers;
};

/// A refusal by any function leaves the ledger as it was. `at` is the Bitcoin height of the burn
/// view under which the block executes.
class Ledger {
 public:
  /// @returns duplicate_genesis_account, wrong_network, number_out_of_range (more than
  /// max_genesis_supply in all), or the refusals of `stack`.
  static Result<Ledger> genesis(const LedgerRules& rules, const GenesisState& state);

  [[nodiscard]] Account account(const stacks::Principal& owner) const;
  [[nodiscard]] StateRoot state_root() const { return map_.root(); }
  [[nodiscard]] const LedgerRules& rules() const { return rules_; }
  [[nodiscard]] const StateMap& map() const { return map_; }
  /// The key under which an account stands in the map, for proofs.
  [[nodiscard]] static Bytes account_key(const stacks::Principal& owner);

  /// Why a transfer cannot be applied now. @returns not_a_transfer, wrong_network, amount_zero,
  /// self_transfer, bad_signature, bad_nonce or not_enough_funds; funds are looked at last.
  [[nodiscard]] Result<> check_transfer(const stacks::Transaction& tx, BurnHeight at) const;
  /// Applies a transfer; a refusal makes its block invalid.
  Result<Receipt> apply_transfer(const stacks::Transaction& tx, BurnHeight at);
  /// Applies a transfer of dropped blocks once more. One that no longer applies becomes a runtime
  /// error: if its nonce is due and the fee can be paid, these are taken and the amount stays;
  /// otherwise nothing changes. Gap: docs/spec_gaps.md "Replayed transactions".
  Receipt replay_transfer(const stacks::Transaction& tx, BurnHeight at);

  /// Creates the amounts of a coinbase split and adds them to the supply. The statement's purse is
  /// the term's plus `carried_purse()`; what it leaves undistributed is carried on.
  void mint(const RewardStatement& statement);
  /// Pays out all held fees. The statement's purse must be exactly `held_fees()`; what it leaves
  /// undistributed stays held.
  void pay_fees(const RewardStatement& statement);
  /// Fees of applied transactions that no producer has received yet.
  [[nodiscard]] MicroStx held_fees() const;
  /// Coinbase of terms in which nobody could be paid; part of the next purse, not of the supply.
  [[nodiscard]] MicroStx carried_purse() const;
  /// Adds a purse that nobody could be paid from.
  void carry_purse(MicroStx purse);
  /// All STX there is: balances and held fees.
  [[nodiscard]] MicroStx supply() const;

  /// TransferStx on Bitcoin: no fee in STX, no nonce. @returns amount_zero, self_transfer,
  /// wrong_network or not_enough_funds.
  Result<> transfer_on_bitcoin(const stacks::Address& from, const stacks::Principal& to,
                               MicroStx amount, BurnHeight at);
  /// StackStx: locks from the next cycle on and joins the lists of its cycles. @returns
  /// amount_zero, lock_period_out_of_bounds, signing_key_missing, bad_public_key, already_stacking,
  /// already_delegated, stake_too_small or not_enough_funds.
  Result<> stack(const StackRequest& request, BurnHeight at);
  /// DelegateStx. @returns amount_zero, self_delegation, already_stacking or already_delegated.
  Result<> delegate(const stacks::Address& stacker, const Delegation& delegation, BurnHeight at);
  /// The delegation in force at a Bitcoin height.
  [[nodiscard]] std::optional<Delegation> delegation(const stacks::Address& stacker,
                                                     BurnHeight at) const;

  /// `.pox-5`'s list for a cycle, in insertion order.
  [[nodiscard]] std::vector<PoxEntry> pox_entries(CycleNumber cycle) const;

  bool operator==(const Ledger& other) const { return map_ == other.map_; }

 private:
  explicit Ledger(const LedgerRules& rules) : rules_(rules) {}
  [[nodiscard]] Result<> check_envelope(const stacks::Transaction& tx) const;
  [[nodiscard]] Result<> check_stack(const StackRequest& request, BurnHeight at) const;
  void charge(const stacks::Transaction& tx, MicroStx total, BurnHeight at);
  void lock(const StackRequest& request, CycleNumber first, BurnHeight at);
  void store(const stacks::Principal& owner, Account account, BurnHeight at);
  void pay(const stacks::Principal& owner, MicroStx amount);
  void append_entry(CycleNumber cycle, const PoxEntry& entry);
  [[nodiscard]] MicroStx amount_at(std::string_view key) const;
  void set_amount(std::string_view key, MicroStx amount);

  LedgerRules rules_;
  StateMap map_;
};

}  // namespace quorate::consensus
