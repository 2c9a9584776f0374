#include "consensus/ledger.hpp"

#include <set>

namespace quorate::consensus {
namespace {

constexpr std::string_view supply_key = "supply";
constexpr std::string_view held_fees_key = "fees/held";
constexpr std::string_view carried_key = "purse/carried";

/// Prefix ‖ any encodable parts.
template <class... Parts>
Bytes key_of(std::string_view prefix, const Parts&... parts) {
  Bytes key = to_bytes(as_bytes(prefix));
  Writer writer{key};
  (writer.put(parts), ...);
  return key;
}

/// Reads what this file wrote; anything else would be our own bug.
template <class T>
std::optional<T> read(const StateMap& map, ByteView key) {
  const Bytes* value = map.get(key);
  if (!value) return std::nullopt;
  Result<T> decoded = decode<T>(*value);
  ASSERT(decoded.ok());
  return std::move(decoded).value();
}

MicroStx total_of(const stacks::Transaction& tx) {
  return MicroStx{U128{tx.transfer()->amount} + tx.fee};
}

Bytes entry_count_key(CycleNumber cycle) { return key_of("pox/count/", cycle); }
Bytes entry_key(CycleNumber cycle, std::uint32_t index) {
  return key_of("pox/entry/", cycle, index);
}
Bytes delegation_key(const stacks::Address& stacker) { return key_of("pox/delegation/", stacker); }

}  // namespace

LedgerRules LedgerRules::from(const Params& params) {
  LedgerRules rules;
  const bool mainnet = params.network_id == stacks::mainnet_chain_id;
  rules.network = mainnet ? stacks::Network::mainnet : stacks::Network::testnet;
  rules.chain_id = params.network_id;
  rules.first_burn_height = params.first_burn_height;
  rules.cycle_length = params.cycle_length;
  rules.min_stake_divisor = mainnet ? 20'000 : 8'000;
  return rules;
}

CycleNumber LedgerRules::cycle_of(BurnHeight height) const {
  ASSERT(cycle_length > 0);
  if (height <= first_burn_height) return CycleNumber{0};
  return CycleNumber{(height - first_burn_height - 1) / cycle_length};
}

// Accounts and amounts ---------------------------------------------------------------------------

Bytes Ledger::account_key(const stacks::Principal& owner) {
  Bytes key = to_bytes(as_bytes("account/"));
  Writer writer{key};
  stacks::put_principal(writer, owner);
  return key;
}

Account Ledger::account(const stacks::Principal& owner) const {
  return read<Account>(map_, account_key(owner)).value_or(Account{});
}

void Ledger::store(const stacks::Principal& owner, Account account, BurnHeight at) {
  // An ended lock is dropped when the account changes, so that `locked` never exceeds `balance`.
  if (at >= account.unlock_height) {
    account.locked = {};
    account.unlock_height = {};
  }
  ASSERT(account.locked <= account.balance);
  map_.put(account_key(owner), encode(account));
}

void Ledger::pay(const stacks::Principal& owner, MicroStx amount) {
  if (amount == MicroStx{}) return;
  Account account = this->account(owner);
  account.balance += amount;
  map_.put(account_key(owner), encode(account));
}

MicroStx Ledger::amount_at(std::string_view key) const {
  return read<MicroStx>(map_, as_bytes(key)).value_or(MicroStx{});
}

void Ledger::set_amount(std::string_view key, MicroStx amount) {
  if (amount == MicroStx{}) return map_.erase(as_bytes(key));
  map_.put(as_bytes(key), encode(amount));
}

MicroStx Ledger::held_fees() const { return amount_at(held_fees_key); }
MicroStx Ledger::carried_purse() const { return amount_at(carried_key); }
MicroStx Ledger::supply() const { return amount_at(supply_key); }

// Genesis ----------------------------------------------------------------------------------------

Result<Ledger> Ledger::genesis(const LedgerRules& rules, const GenesisState& state) {
  Ledger ledger{rules};
  std::set<stacks::Principal> seen;
  MicroStx supply;
  for (const GenesisBalance& balance : state.balances) {
    const std::string owner = stacks::to_text(balance.owner);
    if (!seen.insert(balance.owner).second) return Error{Errc::duplicate_genesis_account, owner};
    if (!stacks::belongs_to(balance.owner.address, rules.network)) {
      return Error{Errc::wrong_network, owner};
    }
    if (balance.amount > max_genesis_supply || supply > max_genesis_supply - balance.amount) {
      return Error{Errc::number_out_of_range, owner};
    }
    ledger.pay(balance.owner, balance.amount);
    supply += balance.amount;
  }
  ledger.set_amount(supply_key, supply);
  for (const GenesisStacker& stacker : state.stackers) {
    const StackRequest request{stacker.stacker, stacker.amount, stacker.cycles,
                               stacker.reward_script, stacker.signing_key};
    TRY(ledger.check_stack(request, rules.first_burn_height));
    ledger.lock(request, CycleNumber{0}, rules.first_burn_height);
  }
  return ledger;
}

// Transactions -----------------------------------------------------------------------------------

Result<> Ledger::check_envelope(const stacks::Transaction& tx) const {
  if (tx.network != rules_.network || tx.chain_id != rules_.chain_id) return Errc::wrong_network;
  return stacks::verify_signature(tx);
}

Result<> Ledger::check_transfer(const stacks::Transaction& tx, BurnHeight at) const {
  const stacks::TransferPayload* transfer = tx.transfer();
  if (!transfer) return Errc::not_a_transfer;
  if (!stacks::belongs_to(transfer->recipient.address, rules_.network)) return Errc::wrong_network;
  if (transfer->amount == 0) return Errc::amount_zero;
  if (transfer->recipient == stacks::Principal{tx.origin()}) return Errc::self_transfer;
  TRY(check_envelope(tx));
  const Account payer = account(tx.origin());
  if (tx.nonce != payer.nonce) return Errc::bad_nonce;
  if (total_of(tx) > payer.spendable(at)) return Errc::not_enough_funds;
  return done();
}

Result<Receipt> Ledger::apply_transfer(const stacks::Transaction& tx, BurnHeight at) {
  TRY(check_transfer(tx, at));
  charge(tx, total_of(tx), at);
  pay(tx.transfer()->recipient, MicroStx{tx.transfer()->amount});
  return Receipt{MicroStx{tx.fee}, std::nullopt};
}

Receipt Ledger::replay_transfer(const stacks::Transaction& tx, BurnHeight at) {
  const Result<Receipt> applied = apply_transfer(tx, at);
  if (applied) return *applied;
  // not_enough_funds is found last: signature and nonce are in order.
  const bool can_pay_fee = applied.code() == Errc::not_enough_funds &&
                           MicroStx{tx.fee} <= account(tx.origin()).spendable(at);
  if (!can_pay_fee) return {MicroStx{}, applied.code()};
  charge(tx, MicroStx{tx.fee}, at);
  return {MicroStx{tx.fee}, applied.code()};
}

void Ledger::charge(const stacks::Transaction& tx, MicroStx total, BurnHeight at) {
  const stacks::Principal origin{tx.origin()};
  Account payer = account(origin);
  ASSERT(total <= payer.spendable(at));
  payer.balance -= total;
  ++payer.nonce;
  store(origin, payer, at);
  set_amount(held_fees_key, held_fees() + MicroStx{tx.fee});
}

// Rewards ----------------------------------------------------------------------------------------

void Ledger::mint(const RewardStatement& statement) {
  for (const RewardLine& line : statement.lines) pay(line.payee, line.amount);
  set_amount(supply_key, supply() + (statement.purse - statement.undistributed));
  set_amount(carried_key, statement.undistributed);
}

void Ledger::pay_fees(const RewardStatement& statement) {
  ASSERT(statement.purse == held_fees());
  for (const RewardLine& line : statement.lines) pay(line.payee, line.amount);
  set_amount(held_fees_key, statement.undistributed);
}

void Ledger::carry_purse(MicroStx purse) { set_amount(carried_key, carried_purse() + purse); }

// On-Bitcoin operations --------------------------------------------------------------------------

Result<> Ledger::transfer_on_bitcoin(const stacks::Address& from, const stacks::Principal& to,
                                     MicroStx amount, BurnHeight at) {
  if (!stacks::belongs_to(to.address, rules_.network)) return Errc::wrong_network;
  if (amount == MicroStx{}) return Errc::amount_zero;
  if (to == stacks::Principal{from}) return Errc::self_transfer;
  Account payer = account(from);
  if (amount > payer.spendable(at)) return Errc::not_enough_funds;
  payer.balance -= amount;
  store(from, payer, at);
  pay(to, amount);
  return done();
}

Result<> Ledger::check_stack(const StackRequest& request, BurnHeight at) const {
  if (request.amount == MicroStx{}) return Errc::amount_zero;
  if (request.cycles < 1 || request.cycles > rules_.max_lock_cycles) {
    return Errc::lock_period_out_of_bounds;
  }
  if (!request.signing_key) return Errc::signing_key_missing;
  if (!crypto::is_valid(*request.signing_key)) return Errc::bad_public_key;
  const Account account = this->account(request.stacker);
  if (account.locked > MicroStx{} && at < account.unlock_height) return Errc::already_stacking;
  if (delegation(request.stacker, at)) return Errc::already_delegated;
  // Dividing the supply instead of multiplying the stake cannot overflow; rounded up it is the
  // same.
  const U128 divisor = rules_.min_stake_divisor;
  if (request.amount.value < (supply().value + divisor - 1) / divisor) return Errc::stake_too_small;
  if (request.amount > account.spendable(at)) return Errc::not_enough_funds;
  return done();
}

Result<> Ledger::stack(const StackRequest& request, BurnHeight at) {
  TRY(check_stack(request, at));
  lock(request, rules_.cycle_of(at) + 1, at);
  return done();
}

void Ledger::lock(const StackRequest& request, CycleNumber first, BurnHeight at) {
  Account account = this->account(request.stacker);
  account.locked = request.amount;
  account.unlock_height = rules_.first_burn_height +
                          (first.value + request.cycles) * std::uint64_t{rules_.cycle_length};
  ASSERT(at < account.unlock_height);
  store(request.stacker, account, at);
  const PoxEntry entry{request.reward_script, request.amount, request.stacker,
                       *request.signing_key};
  for (std::uint8_t i = 0; i < request.cycles; ++i) append_entry(first + i, entry);
}

void Ledger::append_entry(CycleNumber cycle, const PoxEntry& entry) {
  const auto index = read<std::uint32_t>(map_, entry_count_key(cycle)).value_or(0);
  map_.put(entry_key(cycle, index), encode(entry));
  map_.put(entry_count_key(cycle), encode(index + 1));
}

std::vector<PoxEntry> Ledger::pox_entries(CycleNumber cycle) const {
  std::vector<PoxEntry> entries;
  const auto count = read<std::uint32_t>(map_, entry_count_key(cycle)).value_or(0);
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto entry = read<PoxEntry>(map_, entry_key(cycle, i));
    ASSERT(entry.has_value());
    entries.push_back(*entry);
  }
  return entries;
}

Result<> Ledger::delegate(const stacks::Address& stacker, const Delegation& delegation,
                          BurnHeight at) {
  if (delegation.amount == MicroStx{}) return Errc::amount_zero;
  if (delegation.delegate == stacker) return Errc::self_delegation;
  const Account account = this->account(stacker);
  if (account.locked > MicroStx{} && at < account.unlock_height) return Errc::already_stacking;
  if (this->delegation(stacker, at)) return Errc::already_delegated;
  map_.put(delegation_key(stacker), encode(delegation));
  return done();
}

std::optional<Delegation> Ledger::delegation(const stacks::Address& stacker, BurnHeight at) const {
  auto found = read<Delegation>(map_, delegation_key(stacker));
  if (found && found->until && at >= *found->until) return std::nullopt;
  return found;
}

}  // namespace quorate::consensus
