#include "actors/announcer_machine.hpp"

#include <doctest/doctest.h>

#include "actors/node_view.hpp"
#include "bitcoin/verify_input.hpp"

using namespace quorate;
using namespace quorate::actors;

namespace {

const Instant start{1'000'000};
const TermNumber term{2};

crypto::SecretKey key(std::string_view name) {
  return crypto::SecretKey::derive("quorate/test", as_bytes(name));
}

consensus::KeyCertificate certificate(GroupKind kind, std::uint64_t generation) {
  consensus::KeyCertificate out;
  out.content.kind = kind;
  out.content.generation = generation;
  // BIP 340 cannot tell a group key from a plain one.
  out.content.group_key = key(kind == GroupKind::producers ? "p" : "s").public_key();
  return out;
}

consensus::SealedBlock block_at(std::uint64_t height) {
  consensus::SealedBlock out;
  out.block.header.height = BlockHeight{height};
  out.block.header.term = term;
  return out;
}

messages::Position position_at(std::uint64_t burn_height) {
  messages::Position out;
  out.term = term;
  out.burn_tip.height = BurnHeight{burn_height};
  return out;
}

consensus::Params small_params() {
  consensus::Params params;
  params.first_burn_height = BurnHeight{100};
  return params;
}

/// An announcer and what its node tells it, up to a first accepted block.
struct World {
  AnnouncerConfig config{small_params()};
  AnnouncerMachine machine{config, key("wallet")};
  NodeView view{config.params};

  World() {
    plan(GroupKind::producers, term.value);
    plan(GroupKind::stackers, 0);
    burn(121);
    tell(messages::BlockAccepted{block_at(1)});
  }
  /// A set and its key.
  void plan(GroupKind kind, std::uint64_t generation) {
    messages::SetPlanned planned;
    planned.set.kind = kind;
    planned.set.generation = generation;
    tell(planned);
    tell(messages::KeyLearned{certificate(kind, generation),
                              planned.set.hash(config.params.network_id)});
  }
  WalletEffects tell(const messages::ChainEvent& event) {
    view.apply(event);
    return machine.step(start, event);
  }
  WalletEffects burn(std::uint64_t height) {
    messages::BurnTipChanged moved;
    moved.tip.height = BurnHeight{height};
    WalletEffects out = tell(moved);
    for (auto& effect : tell(position_at(height))) out.push_back(std::move(effect));
    return out;
  }
  WalletEffects lead(bool leading, std::uint16_t rank = 0) {
    return machine.step(start, messages::LeadershipChanged{term, true, leading, rank});
  }
  WalletEffects pay(std::uint64_t sats) {
    messages::Coins coins;
    coins.script = {bitcoin::wallet_script(key("wallet")).bytes};
    coins.coins.push_back({BurnTxid{}, 0, Sats{sats}});
    return machine.step(start, CoinsSeen{coins});
  }
};

template <class T>
const T* first(const WalletEffects& effects) {
  for (const auto& effect : effects) {
    if (const T* hit = std::get_if<T>(&effect)) return hit;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("announcer: a leader's announcement passes the signers' check and Bitcoin's") {
  World world;
  CHECK(first<WantCoins>(world.lead(true)) != nullptr);
  const WalletEffects paid = world.pay(100'000);
  const auto* offer = first<messages::SignAnnouncement>(paid);
  REQUIRE(offer != nullptr);
  REQUIRE(first<SendBurnTransaction>(paid) != nullptr);
  // The counter is durable before the offer leaves.
  CHECK(std::holds_alternative<Persist>(paid.front()));

  const auto digests = world.view.check_offer(offer->offer);
  REQUIRE(digests.ok());
  const auto sign = [](std::string_view name, const Hash256& digest) {
    return crypto::sign_schnorr(crypto::taproot_tweak_secret(key(name), {}), digest, {});
  };
  const WalletEffects sent = world.machine.step(
      start, messages::AnnouncementSigned{BlockHeight{1}, offer->offer.counter,
                                          sign("p", digests->producers),
                                          sign("s", digests->stackers)});
  const auto* final_tx = first<SendBurnTransaction>(sent);
  REQUIRE(final_tx != nullptr);
  const auto tx = bitcoin::decode_transaction(final_tx->raw).value();
  std::vector<bitcoin::TxOut> spent;
  for (const auto& output : offer->offer.spent)
    spent.push_back({output.value, {output.script.bytes}});
  CHECK(bitcoin::verify_input(tx, 0, spent).ok());
  CHECK(bitcoin::verify_input(tx, 1, spent).ok());
}

TEST_CASE("announcer: once per Bitcoin block, and again for the next one") {
  World world;
  CHECK_FALSE(world.lead(true).empty());
  (void)world.pay(100'000);
  CHECK(world.lead(true).empty());
  world.tell(messages::BlockAccepted{block_at(2)});
  CHECK(first<WantCoins>(world.burn(122)) != nullptr);
}

TEST_CASE("announcer: a member that does not lead waits two burn blocks and its rank") {
  World world;
  CHECK(world.lead(false, 1).empty());
  CHECK(world.burn(122).empty());
  CHECK(world.burn(123).empty());
  CHECK(first<WantCoins>(world.burn(124)) != nullptr);
}

TEST_CASE("announcer: the last Bitcoin block of a term is too late to announce in it") {
  World world;
  CHECK(world.burn(130).empty());
  CHECK(world.lead(true).empty());
}

TEST_CASE("announcer: nothing to announce, no coins or a non-member: nothing leaves") {
  World world;
  world.tell(messages::BlockAnnounced{block_at(1).block.id(), BlockHeight{1}, {}, {}});
  CHECK(world.lead(true).empty());

  World poor;
  (void)poor.lead(true);
  const WalletEffects refused = poor.pay(10);
  CHECK(first<SendBurnTransaction>(refused) == nullptr);
  CHECK(first<Note>(refused) != nullptr);
}

TEST_CASE("check_offer: what no node would count once it is mined is not signed") {
  World world;
  (void)world.lead(true);
  const WalletEffects paid = world.pay(100'000);
  const messages::AnnouncementOffer offer = first<messages::SignAnnouncement>(paid)->offer;
  REQUIRE(world.view.check_offer(offer).ok());
  const auto with_outputs = [&](const std::vector<bitcoin::TxOut>& outputs) {
    auto changed = offer;
    auto tx = *bitcoin::decode_transaction(offer.unsigned_transaction.bytes);
    tx.outputs.resize(1);
    for (const auto& output : outputs) tx.outputs.push_back(output);
    changed.unsigned_transaction.bytes = bitcoin::encode_transaction(tx);
    return world.view.check_offer(changed);
  };
  CHECK(with_outputs({{Sats{1'000}, bitcoin::wallet_script(key("wallet"))}}).ok());
  CHECK(with_outputs({}).code() == Errc::announcement_malformed);
  CHECK(with_outputs({{Sats{1'000}, {Bytes{0x51}}}}).code() == Errc::announcement_malformed);
}

TEST_CASE("check_offer: refuses by name what members must not sign") {
  World world;
  (void)world.lead(true);
  const WalletEffects paid = world.pay(100'000);
  const messages::AnnouncementOffer good = first<messages::SignAnnouncement>(paid)->offer;
  REQUIRE(world.view.check_offer(good).ok());

  auto other = good;
  other.block.bytes[0] ^= 1;
  CHECK(world.view.check_offer(other).code() == Errc::announcement_wrong_block);
  other = good;
  other.spent[1].script = other.spent[0].script;
  CHECK(world.view.check_offer(other).code() == Errc::announcement_wrong_coins);
  other = good;
  other.unsigned_transaction.bytes.pop_back();
  CHECK(world.view.check_offer(other).code() == Errc::announcement_malformed);
  other = good;
  other.term = TermNumber{3};
  CHECK(world.view.check_offer(other).code() == Errc::announcement_not_now);
  world.view.apply(messages::BlockAnnounced{good.block, good.height, {}, {}});
  CHECK(world.view.check_offer(good).code() == Errc::announcement_not_now);
}
