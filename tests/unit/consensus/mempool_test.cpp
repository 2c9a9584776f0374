#include "consensus/mempool.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::consensus;
using stacks::Transaction;

namespace {

crypto::SecretKey key_of(std::string_view name) {
  return crypto::SecretKey::derive("quorate/test", as_bytes(name));
}

stacks::Address address_of(std::string_view name) {
  return stacks::single_key_address(
      stacks::key_hash(key_of(name).public_key(), stacks::KeyEncoding::compressed),
      stacks::Network::testnet);
}

Transaction transfer(std::string_view from, std::uint64_t nonce, std::uint64_t fee,
                     std::uint64_t amount = 1'000) {
  stacks::TransferRequest request;
  request.nonce = nonce;
  request.fee = fee;
  request.amount = amount;
  request.recipient = address_of("recipient");
  return stacks::make_transfer(request, key_of(from)).value();
}

/// Accounts at the tip; an account that is not named has nonce 0 and a million microSTX.
struct Accounts {
  std::map<stacks::Address, AccountState> known;
  AccountLookup lookup() const {
    return [this](const stacks::Address& address) {
      const auto at = known.find(address);
      return at == known.end() ? AccountState{MicroStx{1'000'000}, 0} : at->second;
    };
  }
};

constexpr Instant now{};

Errc refusal(Mempool& pool, const Transaction& tx, const Accounts& accounts = {}) {
  const std::size_t before = pool.size();
  const auto result = pool.admit(now, tx, accounts.lookup());
  REQUIRE_FALSE(result.ok());
  CHECK(pool.size() == before);
  return result.code();
}

std::vector<Txid> chosen(const Mempool& pool, const Accounts& accounts = {},
                         SelectionLimits limits = {}) {
  std::vector<Txid> out;
  for (const auto& entry : pool.select(limits, accounts.lookup())) out.push_back(entry.id);
  return out;
}

std::vector<Txid> ids(const std::vector<Transaction>& txs) {
  std::vector<Txid> out;
  for (const auto& tx : txs) out.push_back(stacks::txid_of(tx));
  return out;
}

}  // namespace

TEST_CASE("mempool: a good transfer waits, and coming again changes nothing") {
  Mempool pool{{}};
  const Transaction tx = transfer("a", 0, 180);
  CHECK(pool.admit(now, tx, Accounts{}.lookup()).value() == Admission::added);
  CHECK(pool.admit(now, tx, Accounts{}.lookup()).value() == Admission::known);
  CHECK(pool.size() == 1);
  CHECK(pool.bytes() == 180);
  REQUIRE(pool.find(stacks::txid_of(tx)));
  CHECK(pool.find(stacks::txid_of(tx))->encoding.get() == stacks::encode_transaction(tx));
  CHECK(pool.ids() == ids({tx}));
}

TEST_CASE("mempool: what another network or a wrong form makes worthless is refused") {
  Mempool pool{{}};
  Transaction tx = transfer("a", 0, 180);
  tx.chain_id = 1;
  CHECK(refusal(pool, tx) == Errc::wrong_network);
  tx = transfer("a", 0, 180);
  tx.network = stacks::Network::mainnet;
  CHECK(refusal(pool, tx) == Errc::wrong_network);
  tx = transfer("a", 0, 180);
  std::get<stacks::TransferPayload>(tx.payload).recipient =
      stacks::boot_address(stacks::Network::mainnet);
  CHECK(refusal(pool, tx) == Errc::wrong_network);
  CHECK(refusal(pool, transfer("a", 0, 180, 0)) == Errc::amount_zero);
  CHECK(refusal(pool, transfer("recipient", 0, 180)) == Errc::self_transfer);
  CHECK(refusal(pool, stacks::make_coinbase(stacks::Network::testnet, stacks::testnet_chain_id, 0,
                                            {}, key_of("a"))) == Errc::not_a_transfer);
  tx = transfer("a", 0, 180);
  tx.fee = 181;
  CHECK(refusal(pool, tx) == Errc::bad_signature);
}

TEST_CASE("mempool: one microSTX per byte is enough, one less is fee_too_low") {
  Mempool pool{{}};
  CHECK(refusal(pool, transfer("a", 0, 179)) == Errc::fee_too_low);
  CHECK(pool.admit(now, transfer("a", 0, 180), Accounts{}.lookup()).ok());
}

TEST_CASE("mempool: nonces wait up to the window; below is bad_nonce, above too_much_chaining") {
  Accounts accounts;
  accounts.known[address_of("a")] = {MicroStx{1'000'000}, 5};
  Mempool pool{{}};
  CHECK(refusal(pool, transfer("a", 4, 180), accounts) == Errc::bad_nonce);
  CHECK(refusal(pool, transfer("a", 32, 180), accounts) == Errc::too_much_chaining);
  CHECK(pool.admit(now, transfer("a", 5, 180), accounts.lookup()).ok());
  CHECK(pool.admit(now, transfer("a", 31, 180), accounts.lookup()).ok());
}

TEST_CASE("mempool: the account must be able to pay amount and fee from what it may spend") {
  Accounts accounts;
  accounts.known[address_of("a")] = {MicroStx{1'180}, 0};
  Mempool pool{{}};
  CHECK(refusal(pool, transfer("a", 0, 181), accounts) == Errc::not_enough_funds);
  CHECK(refusal(pool, transfer("a", 0, 180, UINT64_MAX), accounts) == Errc::not_enough_funds);
  CHECK(pool.admit(now, transfer("a", 0, 180), accounts.lookup()).ok());
}

TEST_CASE("mempool: only a higher fee replaces a waiting transaction of the same nonce") {
  Mempool pool{{}};
  const Transaction first = transfer("a", 0, 200);
  const Transaction better = transfer("a", 0, 201);
  CHECK(pool.admit(now, first, Accounts{}.lookup()).ok());
  CHECK(refusal(pool, transfer("a", 0, 200, 999)) == Errc::conflicting_nonce);
  CHECK(refusal(pool, transfer("a", 0, 199)) == Errc::conflicting_nonce);
  CHECK(pool.admit(now, better, Accounts{}.lookup()).value() == Admission::replaced);
  CHECK(pool.ids() == ids({better}));
  CHECK(pool.bytes() == 180);
}

TEST_CASE(
    "mempool: an accepted transaction leaves, makes its rivals stale and is a duplicate then") {
  Accounts accounts;
  Mempool pool{{}};
  const Transaction mined = transfer("a", 0, 200);
  const Transaction later = transfer("a", 1, 200);
  CHECK(pool.admit(now, transfer("a", 0, 300), accounts.lookup()).ok());
  CHECK(pool.admit(now, later, accounts.lookup()).ok());
  accounts.known[address_of("a")] = {MicroStx{1'000'000}, 1};
  pool.on_accepted(std::vector{mined}, accounts.lookup());
  CHECK(pool.ids() == ids({later}));
  CHECK(pool.was_accepted(stacks::txid_of(mined)));
  CHECK(refusal(pool, mined, accounts) == Errc::duplicate);
}

TEST_CASE("mempool: dropped transactions wait again") {
  Accounts accounts;
  Mempool pool{{}};
  const std::vector<Transaction> mined{transfer("a", 0, 200), transfer("a", 1, 200)};
  for (const auto& tx : mined) CHECK(pool.admit(now, tx, accounts.lookup()).ok());
  accounts.known[address_of("a")] = {MicroStx{1'000'000}, 2};
  pool.on_accepted(mined, accounts.lookup());
  CHECK(pool.size() == 0);
  accounts.known.clear();
  CHECK(pool.readmit(now, mined, accounts.lookup()) == 2);
  CHECK(chosen(pool) == ids(mined));
  CHECK_FALSE(pool.was_accepted(stacks::txid_of(mined[0])));
}

TEST_CASE("mempool: only so many accepted transactions are remembered") {
  MempoolRules rules;
  rules.max_remembered = 2;
  Mempool pool{rules};
  std::vector<Transaction> mined{transfer("a", 0, 200), transfer("a", 1, 200),
                                 transfer("a", 2, 200)};
  pool.on_accepted(mined, Accounts{}.lookup());
  CHECK_FALSE(pool.was_accepted(stacks::txid_of(mined[0])));
  CHECK(pool.was_accepted(stacks::txid_of(mined[1])));
  CHECK(pool.was_accepted(stacks::txid_of(mined[2])));
}

TEST_CASE("mempool: selection keeps nonce order and takes the highest next fee first") {
  Mempool pool{{}};
  const Transaction a0 = transfer("a", 0, 200);
  const Transaction a1 = transfer("a", 1, 900);
  const Transaction b0 = transfer("b", 0, 500);
  const Transaction b2 = transfer("b", 2, 999);
  for (const auto& tx : {a1, b2, a0, b0}) CHECK(pool.admit(now, tx, Accounts{}.lookup()).ok());
  // b's nonce 1 is missing, so its nonce 2 cannot be used.
  CHECK(chosen(pool) == ids({b0, a0, a1}));
}

TEST_CASE("mempool: selection does not depend on the order of arrival; equal fees go by txid") {
  std::vector<Transaction> txs;
  for (const char* name : {"a", "b", "c", "d", "e"}) txs.push_back(transfer(name, 0, 300));
  Mempool forward{{}};
  Mempool backward{{}};
  for (const auto& tx : txs) CHECK(forward.admit(now, tx, Accounts{}.lookup()).ok());
  std::reverse(txs.begin(), txs.end());
  for (const auto& tx : txs) CHECK(backward.admit(now, tx, Accounts{}.lookup()).ok());
  CHECK(chosen(forward) == chosen(backward));
  CHECK(chosen(forward) == forward.ids());
}

TEST_CASE("mempool: selection spends no account's money twice and respects both limits") {
  Accounts accounts;
  accounts.known[address_of("a")] = {MicroStx{2'360}, 0};
  Mempool pool{{}};
  const std::vector<Transaction> txs{transfer("a", 0, 180), transfer("a", 1, 180),
                                     transfer("a", 2, 180)};
  for (const auto& tx : txs) CHECK(pool.admit(now, tx, accounts.lookup()).ok());
  CHECK(chosen(pool, accounts) == ids({txs[0], txs[1]}));
  CHECK(chosen(pool, Accounts{}, {10'000, 2}).size() == 2);
  CHECK(chosen(pool, Accounts{}, {359, 10}).size() == 1);
  CHECK(chosen(pool, Accounts{}, {360, 10}).size() == 2);
}

TEST_CASE("mempool: when full, a better payer pushes out the cheapest with all that follows it") {
  MempoolRules rules;
  rules.max_count = 3;
  Mempool pool{rules};
  const Transaction a0 = transfer("a", 0, 200);
  const Transaction a1 = transfer("a", 1, 900);
  const Transaction b0 = transfer("b", 0, 300);
  for (const auto& tx : {a0, a1, b0}) CHECK(pool.admit(now, tx, Accounts{}.lookup()).ok());
  CHECK(refusal(pool, transfer("c", 0, 200)) == Errc::mempool_full);
  // What an account's newcomer builds on does not make room for it.
  CHECK(refusal(pool, transfer("a", 2, 950)) == Errc::mempool_full);
  const Transaction c0 = transfer("c", 0, 201);
  CHECK(pool.admit(now, c0, Accounts{}.lookup()).ok());
  CHECK(pool.size() == 2);
  CHECK(pool.find(stacks::txid_of(b0)));
  CHECK(pool.find(stacks::txid_of(c0)));
}

TEST_CASE("mempool: the byte limit counts as the number does") {
  MempoolRules rules;
  rules.max_bytes = 2 * 180;
  Mempool pool{rules};
  CHECK(pool.admit(now, transfer("a", 0, 200), Accounts{}.lookup()).ok());
  CHECK(pool.admit(now, transfer("b", 0, 200), Accounts{}.lookup()).ok());
  CHECK(refusal(pool, transfer("c", 0, 200)) == Errc::mempool_full);
  CHECK(pool.admit(now, transfer("c", 0, 201), Accounts{}.lookup()).ok());
  CHECK(pool.bytes() == 360);
}

TEST_CASE("mempool: what is older than the largest age is forgotten") {
  Mempool pool{{}};
  CHECK(pool.admit(now, transfer("a", 0, 200), Accounts{}.lookup()).ok());
  const Duration age = MempoolRules{}.max_age;
  pool.expire(now + age);
  CHECK(pool.size() == 1);
  pool.expire(now + age + microseconds(1));
  CHECK(pool.size() == 0);
}
