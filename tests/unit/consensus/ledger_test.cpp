#include "consensus/ledger.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace quorate;
using namespace quorate::consensus;
using stacks::Network;

namespace {

crypto::SecretKey key_of(std::string_view name) {
  return crypto::SecretKey::derive("quorate/test", as_bytes(name));
}

stacks::Address address_of(std::string_view name) {
  return stacks::single_key_address(
      stacks::key_hash(key_of(name).public_key(), stacks::KeyEncoding::compressed),
      Network::testnet);
}

constexpr BurnHeight first{100};
constexpr BurnHeight at{105};

LedgerRules rules() {
  LedgerRules rules;
  rules.first_burn_height = first;
  rules.cycle_length = 100;
  return rules;
}

GenesisState two_accounts() {
  return {{{address_of("alice"), MicroStx{10'000}}, {address_of("bob"), MicroStx{500}}}, {}};
}

Ledger ledger() { return Ledger::genesis(rules(), two_accounts()).value(); }

stacks::Transaction transfer(std::uint64_t nonce, std::uint64_t amount, std::uint64_t fee) {
  stacks::TransferRequest request;
  request.nonce = nonce;
  request.amount = amount;
  request.fee = fee;
  request.recipient = address_of("bob");
  return stacks::make_transfer(request, key_of("alice")).value();
}

StackRequest stack_request(std::uint64_t amount, std::uint8_t cycles) {
  StackRequest request;
  request.stacker = address_of("alice");
  request.amount = MicroStx{amount};
  request.cycles = cycles;
  request.reward_script.bytes = {0x51};
  request.signing_key = key_of("alice signs").public_key();
  return request;
}

RewardStatement pay_to(std::string_view name, MicroStx amount) {
  const RewardShare share{address_of(name), Sats{1}, 0};
  return split_purse(amount, std::vector{share});
}

Errc refusal(const Result<Receipt>& result) {
  REQUIRE_FALSE(result.ok());
  return result.code();
}

}  // namespace

TEST_CASE("ledger: an account has one golden encoding and the genesis one golden root") {
  const Account account{MicroStx{1}, MicroStx{2}, BurnHeight{3}, 4};
  CHECK(to_hex(encode(account)) ==
        "00000000000000000000000000000001"
        "00000000000000000000000000000002"
        "0000000000000003"
        "0000000000000004");
  CHECK(decode<Account>(encode(account)).value() == account);
  CHECK(to_hex(ledger().state_root()) ==
        "7a76bb15111f0cd66f2e314317f236a0b26be45def66be15efad6ab2a2aa3474");
}

TEST_CASE("ledger: genesis gives the balances and refuses an account twice or of another network") {
  CHECK(ledger().account(address_of("alice")).balance == MicroStx{10'000});
  CHECK(ledger().supply() == MicroStx{10'500});
  CHECK(ledger().account(address_of("nobody")) == Account{});
  GenesisState state = two_accounts();
  state.balances.push_back(state.balances[0]);
  CHECK(Ledger::genesis(rules(), state).code() == Errc::duplicate_genesis_account);
  state.balances.back().owner = stacks::boot_address(Network::mainnet);
  CHECK(Ledger::genesis(rules(), state).code() == Errc::wrong_network);
}

TEST_CASE("ledger: opening balances may sum to the bound and no further") {
  GenesisState state = two_accounts();
  state.balances[0].amount = max_genesis_supply - MicroStx{500};
  CHECK(Ledger::genesis(rules(), state).ok());
  state.balances[1].amount = MicroStx{501};
  CHECK(Ledger::genesis(rules(), state).code() == Errc::number_out_of_range);
  state.balances[0].amount = MicroStx{~U128{0}};
  CHECK(Ledger::genesis(rules(), state).code() == Errc::number_out_of_range);
}

TEST_CASE("ledger: a transfer moves the amount, takes the fee and counts the nonce") {
  Ledger state = ledger();
  const Receipt receipt = state.apply_transfer(transfer(0, 1'000, 200), at).value();
  CHECK(receipt == Receipt{MicroStx{200}, std::nullopt});
  CHECK(state.account(address_of("alice")) == Account{MicroStx{8'800}, {}, {}, 1});
  CHECK(state.account(address_of("bob")) == Account{MicroStx{1'500}, {}, {}, 0});
  CHECK(state.held_fees() == MicroStx{200});
  CHECK(state.supply() == MicroStx{10'500});
}

TEST_CASE("ledger: the last microSTX can be spent, one more is not_enough_funds") {
  Ledger state = ledger();
  const StateRoot before = state.state_root();
  CHECK(refusal(state.apply_transfer(transfer(0, 9'801, 200), at)) == Errc::not_enough_funds);
  CHECK(refusal(state.apply_transfer(transfer(0, UINT64_MAX, UINT64_MAX), at)) ==
        Errc::not_enough_funds);
  CHECK(state.state_root() == before);
  CHECK(state.apply_transfer(transfer(0, 9'800, 200), at).ok());
  CHECK(state.account(address_of("alice")).balance == MicroStx{});
}

TEST_CASE("ledger: a refused transfer is named and changes nothing") {
  Ledger state = ledger();
  const StateRoot before = state.state_root();
  CHECK(refusal(state.apply_transfer(transfer(1, 1, 200), at)) == Errc::bad_nonce);
  CHECK(refusal(state.apply_transfer(transfer(0, 0, 200), at)) == Errc::amount_zero);
  stacks::Transaction tx = transfer(0, 1, 200);
  tx.fee = 201;
  CHECK(refusal(state.apply_transfer(tx, at)) == Errc::bad_signature);
  tx = transfer(0, 1, 200);
  tx.chain_id = 7;
  CHECK(refusal(state.apply_transfer(tx, at)) == Errc::wrong_network);
  tx = transfer(0, 1, 200);
  std::get<stacks::TransferPayload>(tx.payload).recipient = address_of("alice");
  CHECK(refusal(state.apply_transfer(tx, at)) == Errc::self_transfer);
  std::get<stacks::TransferPayload>(tx.payload).recipient = stacks::boot_address(Network::mainnet);
  CHECK(refusal(state.apply_transfer(tx, at)) == Errc::wrong_network);
  tx = stacks::make_coinbase(Network::testnet, stacks::testnet_chain_id, 0, {}, key_of("alice"));
  CHECK(refusal(state.apply_transfer(tx, at)) == Errc::not_a_transfer);
  CHECK(state.state_root() == before);
}

TEST_CASE("ledger: a transfer that was applied once has a bad nonce the second time") {
  Ledger state = ledger();
  CHECK(state.apply_transfer(transfer(0, 1, 200), at).ok());
  CHECK(refusal(state.apply_transfer(transfer(0, 1, 200), at)) == Errc::bad_nonce);
}

TEST_CASE("ledger: a copy tries a block and leaves the original alone") {
  const Ledger before = ledger();
  Ledger trial = before;
  CHECK(trial.apply_transfer(transfer(0, 1, 200), at).ok());
  CHECK(before == ledger());
  CHECK_FALSE(trial == before);
}

TEST_CASE("ledger: a replayed transfer that still applies is an ordinary one") {
  Ledger state = ledger();
  Ledger replayed = ledger();
  CHECK(state.apply_transfer(transfer(0, 1, 200), at).ok());
  CHECK_FALSE(replayed.replay_transfer(transfer(0, 1, 200), at).runtime_error);
  CHECK(state == replayed);
}

TEST_CASE("ledger: a replayed transfer without funds pays its fee and uses up its nonce") {
  Ledger state = ledger();
  const Receipt receipt = state.replay_transfer(transfer(0, 9'801, 200), at);
  CHECK(receipt == Receipt{MicroStx{200}, Errc::not_enough_funds});
  CHECK(state.account(address_of("alice")) == Account{MicroStx{9'800}, {}, {}, 1});
  CHECK(state.account(address_of("bob")).balance == MicroStx{500});
  CHECK(state.held_fees() == MicroStx{200});
}

TEST_CASE("ledger: a replayed transfer with a wrong nonce or an unpayable fee changes nothing") {
  Ledger state = ledger();
  CHECK(state.replay_transfer(transfer(1, 1, 200), at) == Receipt{{}, Errc::bad_nonce});
  CHECK(state.replay_transfer(transfer(0, 1, 10'001), at) == Receipt{{}, Errc::not_enough_funds});
  CHECK(state == ledger());
}

TEST_CASE("ledger: a coinbase split enlarges the supply, what nobody could get is carried on") {
  Ledger state = ledger();
  state.mint(pay_to("carol", MicroStx{1'000}));
  CHECK(state.account(address_of("carol")).balance == MicroStx{1'000});
  CHECK(state.supply() == MicroStx{11'500});
  state.mint(split_purse(MicroStx{700}, {}));
  CHECK(state.supply() == MicroStx{11'500});
  CHECK(state.carried_purse() == MicroStx{700});
  state.carry_purse(MicroStx{50});
  state.mint(pay_to("carol", state.carried_purse() + MicroStx{250}));
  CHECK(state.carried_purse() == MicroStx{});
  CHECK(state.account(address_of("carol")).balance == MicroStx{2'000});
}

TEST_CASE("ledger: held fees are paid out without a change of the supply") {
  Ledger state = ledger();
  CHECK(state.apply_transfer(transfer(0, 1, 200), at).ok());
  state.pay_fees(pay_to("carol", state.held_fees()));
  CHECK(state.held_fees() == MicroStx{});
  CHECK(state.account(address_of("carol")).balance == MicroStx{200});
  CHECK(state.supply() == MicroStx{10'500});
}

TEST_CASE("ledger: STX moved on Bitcoin cost no fee and no nonce") {
  Ledger state = ledger();
  const auto alice = address_of("alice");
  const auto bob = address_of("bob");
  CHECK(state.transfer_on_bitcoin(alice, bob, MicroStx{10'001}, at).code() ==
        Errc::not_enough_funds);
  CHECK(state.transfer_on_bitcoin(alice, bob, MicroStx{}, at).code() == Errc::amount_zero);
  CHECK(state.transfer_on_bitcoin(alice, alice, MicroStx{1}, at).code() == Errc::self_transfer);
  CHECK(state.transfer_on_bitcoin(alice, stacks::boot_address(Network::mainnet), MicroStx{1}, at)
            .code() == Errc::wrong_network);
  CHECK(state == ledger());
  CHECK(state.transfer_on_bitcoin(alice, bob, MicroStx{10'000}, at).ok());
  CHECK(state.account(alice) == Account{});
  CHECK(state.account(bob).balance == MicroStx{10'500});
}

TEST_CASE("ledger: stacked STX cannot be spent until their unlock height, and then by themselves") {
  Ledger state = ledger();
  // Cycle 0 is heights 101..200; two cycles from cycle 1 on end at 400.
  CHECK(state.stack(stack_request(9'000, 2), at).ok());
  const Account locked = state.account(address_of("alice"));
  CHECK(locked == Account{MicroStx{10'000}, MicroStx{9'000}, BurnHeight{400}, 0});
  CHECK(refusal(state.apply_transfer(transfer(0, 801, 200), BurnHeight{399})) ==
        Errc::not_enough_funds);
  Ledger early = state;
  CHECK(early.apply_transfer(transfer(0, 800, 200), BurnHeight{399}).ok());
  CHECK(early.account(address_of("alice")).locked == MicroStx{9'000});
  CHECK(state.apply_transfer(transfer(0, 9'800, 200), BurnHeight{400}).ok());
  CHECK(state.account(address_of("alice")) == Account{{}, {}, {}, 1});
}

TEST_CASE("ledger: stacking joins the lists of the next cycles in the order of arrival") {
  Ledger state = ledger();
  StackRequest bob = stack_request(500, 1);
  bob.stacker = address_of("bob");
  CHECK(state.stack(stack_request(9'000, 2), at).ok());
  CHECK(state.stack(bob, at).ok());
  CHECK(state.pox_entries(CycleNumber{0}).empty());
  const auto cycle1 = state.pox_entries(CycleNumber{1});
  REQUIRE(cycle1.size() == 2);
  CHECK(cycle1[0].stacker == address_of("alice"));
  CHECK(cycle1[0].amount == MicroStx{9'000});
  CHECK(cycle1[0].signing_key == key_of("alice signs").public_key());
  CHECK(cycle1[1].stacker == address_of("bob"));
  CHECK(state.pox_entries(CycleNumber{2}).size() == 1);
  CHECK(state.pox_entries(CycleNumber{3}).empty());
}

TEST_CASE("ledger: a stacking request that breaks a rule is named and changes nothing") {
  Ledger state = ledger();
  const auto refused = [&](const StackRequest& request) {
    const auto result = state.stack(request, at);
    REQUIRE_FALSE(result.ok());
    return result.code();
  };
  CHECK(refused(stack_request(0, 1)) == Errc::amount_zero);
  CHECK(refused(stack_request(100, 0)) == Errc::lock_period_out_of_bounds);
  CHECK(refused(stack_request(100, 13)) == Errc::lock_period_out_of_bounds);
  StackRequest request = stack_request(100, 12);
  request.signing_key.reset();
  CHECK(refused(request) == Errc::signing_key_missing);
  request.signing_key = crypto::PublicKey{};
  CHECK(refused(request) == Errc::bad_public_key);
  // 10,500 / 8,000 rounded up is 2.
  CHECK(refused(stack_request(1, 12)) == Errc::stake_too_small);
  CHECK(refused(stack_request(10'001, 12)) == Errc::not_enough_funds);
  CHECK(state == ledger());
  CHECK(state.stack(stack_request(2, 12), at).ok());
  CHECK(refused(stack_request(2, 12)) == Errc::already_stacking);
}

TEST_CASE("ledger: one may stack again at the unlock height, not before") {
  Ledger state = ledger();
  CHECK(state.stack(stack_request(9'000, 1), at).ok());
  CHECK(state.stack(stack_request(9'000, 1), BurnHeight{299}).code() == Errc::already_stacking);
  CHECK(state.stack(stack_request(9'000, 1), BurnHeight{300}).ok());
}

TEST_CASE("ledger: a delegation holds until its height; who delegated cannot stack alone") {
  Ledger state = ledger();
  const auto alice = address_of("alice");
  const Delegation delegation{address_of("bob"), MicroStx{100}, std::nullopt, BurnHeight{150}};
  Delegation bad = delegation;
  bad.delegate = alice;
  CHECK(state.delegate(alice, bad, at).code() == Errc::self_delegation);
  bad = delegation;
  bad.amount = {};
  CHECK(state.delegate(alice, bad, at).code() == Errc::amount_zero);
  CHECK(state.delegate(alice, delegation, at).ok());
  CHECK(state.delegate(alice, delegation, at).code() == Errc::already_delegated);
  CHECK(state.stack(stack_request(100, 1), BurnHeight{149}).code() == Errc::already_delegated);
  CHECK(state.delegation(alice, BurnHeight{149}) == delegation);
  CHECK_FALSE(state.delegation(alice, BurnHeight{150}));
  CHECK(state.stack(stack_request(100, 1), BurnHeight{150}).ok());
  CHECK(state.delegate(alice, delegation, BurnHeight{150}).code() == Errc::already_stacking);
}

TEST_CASE("ledger: genesis stackers are locked and stand in the lists from cycle 0 on") {
  GenesisState state = two_accounts();
  state.stackers.push_back(
      {address_of("alice"), MicroStx{9'000}, {{0x51}}, key_of("s").public_key(), 2});
  const Ledger made = Ledger::genesis(rules(), state).value();
  CHECK(made.account(address_of("alice")).unlock_height == BurnHeight{300});
  CHECK(made.pox_entries(CycleNumber{0}).size() == 1);
  CHECK(made.pox_entries(CycleNumber{1}).size() == 1);
  CHECK(made.pox_entries(CycleNumber{2}).empty());
  state.stackers[0].amount = MicroStx{10'001};
  CHECK(Ledger::genesis(rules(), state).code() == Errc::not_enough_funds);
}

TEST_CASE("ledger: an account can be proved against the state root") {
  const Ledger state = ledger();
  const Bytes key = Ledger::account_key(address_of("bob"));
  const Bytes value = encode(state.account(address_of("bob")));
  CHECK(verify_member(state.state_root(), key, value, state.map().prove(key)).ok());
  const Bytes nobody = Ledger::account_key(address_of("nobody"));
  CHECK(verify_absent(state.state_root(), nobody, state.map().prove(nobody)).ok());
}

TEST_CASE("ledger: cycles lie on the grid of terms") {
  CHECK(rules().cycle_of(BurnHeight{100}) == CycleNumber{0});
  CHECK(rules().cycle_of(BurnHeight{101}) == CycleNumber{0});
  CHECK(rules().cycle_of(BurnHeight{200}) == CycleNumber{0});
  CHECK(rules().cycle_of(BurnHeight{201}) == CycleNumber{1});
}

TEST_CASE("ledger: whatever is done at random, no STX appears or vanishes") {
  const unsigned seed = 3;
  INFO("seed " << seed);
  std::mt19937 random{seed};
  Ledger state = ledger();
  std::uint64_t nonce = 0;
  for (int step = 0; step < 300; ++step) {
    const BurnHeight height{101 + static_cast<std::uint64_t>(step)};
    const std::uint64_t amount = random() % 400;
    switch (random() % 5) {
      case 0:
        (void)state.replay_transfer(transfer(nonce, amount, random() % 30), height);
        break;
      case 1:
        (void)state
            .transfer_on_bitcoin(address_of("bob"), address_of("alice"), MicroStx{amount}, height)
            .ok();
        break;
      case 2:
        (void)state.stack(stack_request(amount, 1), height).ok();
        break;
      case 3:
        state.mint(pay_to("bob", MicroStx{amount}));
        break;
      default:
        state.pay_fees(pay_to("carol", state.held_fees()));
        break;
    }
    nonce = state.account(address_of("alice")).nonce;
    MicroStx total = state.held_fees();
    for (const char* name : {"alice", "bob", "carol"}) {
      const Account account = state.account(address_of(name));
      total += account.balance;
      CHECK(account.locked <= account.balance);
    }
    CHECK(total == state.supply());
  }
  CHECK(nonce > 10);
}
