#include "actors/replica_peer_machine.hpp"

#include "actors/replica_records.hpp"
#include "replica_world.hpp"

using namespace quorate;
using namespace quorate::test;
using namespace quorate::actors::replica;

namespace {

const Instant start{seconds(100).us};

/// One machine with its generation open and some neighbours, and what it ordered last.
struct Bench {
  explicit Bench(std::uint32_t peers = 3, Config c = plain_config(1))
      : config(std::move(c)), machine(config) {
    feed(Started{});
    feed(GenerationOpened{contract});
    for (std::uint32_t p = 1; p <= peers; ++p) feed(PeerUp{PeerId{p}});
  }
  const Effects& feed(const Input& input, Instant now = start) {
    auto result = machine.step(now, input);
    REQUIRE_MESSAGE(result.ok(), result.error().message());
    effects = std::move(result).value();
    return effects;
  }
  Errc refusal(const Input& input) {
    const Bytes before = fingerprint();
    const auto result = machine.step(start, input);
    REQUIRE_FALSE(result.ok());
    CHECK(fingerprint() == before);
    return result.code();
  }
  const Effects& from(std::uint32_t peer, msg::ReplicaMessage message, Instant now = start) {
    return feed(PeerMessage{PeerId{peer}, std::move(message)}, now);
  }
  Bytes fingerprint() const {
    Bytes out;
    for (const ContractView& view : machine.open()) {
      append(out, encode(view->address()));
      const auto rows = machine.metadata(view->address()).value();
      for (const ChunkMeta& meta : rows) append(out, encode(meta));
    }
    return out;
  }
  Chunk read(std::uint32_t slot) const {
    return machine.read(contract->address(), ChunkSlot{slot}).value();
  }
  msg::SlotMeta line(std::uint32_t slot) const {
    return {ChunkSlot{slot}, machine.inventory(contract->address()).value()[slot]};
  }

  std::shared_ptr<const PlainContract> contract = plain_contract();
  Config config;
  ReplicaPeerMachine machine;
  Effects effects;
};

msg::SlotMeta line_of(const Chunk& chunk) {
  const ChunkMeta meta{chunk.version, crypto::sha512_256(chunk.content.bytes.view()),
                       chunk.signature};
  const ChunkClock clock = clock_of(meta);
  return {chunk.slot, {clock.version, clock.zeros, mark_of(meta),
                       static_cast<std::uint32_t>(chunk.content.bytes.size())}};
}
template <class T>
std::size_t index_of(const Effects& effects) {
  for (std::size_t i = 0; i < effects.size(); ++i) {
    if (std::holds_alternative<T>(effects[i])) return i;
  }
  return effects.size();
}

}  // namespace

TEST_CASE("replica: an accepted write is durable before it is answered, told or sent") {
  Bench b;
  const Chunk chunk = b.contract->sign(2, 1, {1, 2, 3});
  const Effects& effects = b.feed(ClientWrite{77, chunk});
  CHECK(index_of<Persist>(effects) == 0);
  CHECK(all_of<Persist>(effects).size() == 1);
  CHECK(all_of<Persist>(effects)[0].writes ==
        std::vector<storage::RecordWrite>{chunk_record(chunk)});
  const auto answers = all_of<AnswerClient>(effects);
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].token == 77);
  CHECK_FALSE(answers[0].refusal.has_value());
  CHECK(answers[0].standing.version == ChunkVersion{1});
  CHECK(all_of<ChunkAccepted>(effects)[0].chunk == chunk);
  CHECK(sent<msg::Push>(effects).size() == 3);
  CHECK(all_of<ArmTimer>(effects).size() == 1);
  CHECK(b.read(2) == chunk);
}

TEST_CASE("replica: a refused write is answered with the reason and what stands") {
  Bench b;
  b.feed(ClientWrite{1, b.contract->sign(2, 5, {1})});
  const Effects& effects = b.feed(ClientWrite{2, b.contract->sign(2, 4, {1})});
  REQUIRE(effects.size() == 1);
  const auto answer = std::get<AnswerClient>(effects[0]);
  CHECK(answer.refusal == Errc::stale_version);
  CHECK(answer.standing.version == ChunkVersion{5});
  CHECK(answer.version == ChunkVersion{4});
  Chunk elsewhere = b.contract->sign(2, 6, {1});
  elsewhere.db.generation = 9;
  CHECK(std::get<AnswerClient>(b.feed(ClientWrite{3, elsewhere})[0]).refusal == Errc::no_such_db);
  CHECK(std::get<AnswerClient>(b.feed(ClientWrite{3, b.contract->sign(8, 1, {})})[0]).refusal ==
        Errc::no_such_slot);
}

TEST_CASE("replica: the identical write again succeeds and causes nothing") {
  Bench b;
  const Chunk chunk = b.contract->sign(2, 5, {1});
  b.feed(ClientWrite{1, chunk});
  const Effects& effects = b.feed(ClientWrite{2, chunk});
  REQUIRE(effects.size() == 1);
  CHECK_FALSE(std::get<AnswerClient>(effects[0]).refusal.has_value());
}

TEST_CASE("replica: a small chunk is pushed, a larger one announced") {
  Bench b;
  const std::uint32_t limit = b.config.push_bytes;
  CHECK(sent<msg::Push>(b.feed(ClientWrite{1, b.contract->sign(0, 1, Bytes(limit))})).size() == 3);
  b.feed(ClientWrite{1, b.contract->sign(1, 1, Bytes(limit + 1))});
  CHECK(sent<msg::Push>(b.effects).empty());
  const auto announced = sent<msg::Announce>(b.effects);
  REQUIRE(announced.size() == 3);
  CHECK(announced[0].second.metas[0] == b.line(1));
}

TEST_CASE("replica: a peer's chunk is stored, acknowledged and told to local subscribers") {
  Bench b;
  const Chunk chunk = b.contract->sign(2, 1, {1});
  const Effects& effects = b.from(1, msg::Push{chunk});
  CHECK(index_of<Persist>(effects) == 0);
  CHECK(all_of<ChunkAccepted>(effects).size() == 1);
  const auto acks = sent<msg::Ack>(effects);
  REQUIRE(acks.size() == 1);
  CHECK(acks[0].first == PeerId{1});
  CHECK(acks[0].second.slots[0] == msg::SlotAck{msg::AckKind::holds, line_of(chunk)});
  CHECK(sent<msg::Push>(effects).size() <= 2);  // Never back to the sender.
  b.from(1, msg::Push{chunk});
  CHECK(all_of<Persist>(b.effects).empty());
  CHECK(sent<msg::Ack>(b.effects).size() == 1);
}

TEST_CASE("replica: an unacknowledged push is repeated, an acknowledged one is not") {
  Bench b{2};
  const Chunk chunk = b.contract->sign(2, 1, {1});
  b.feed(ClientWrite{1, chunk});
  const ArmTimer armed = all_of<ArmTimer>(b.effects)[0];
  CHECK(armed.at == start + milliseconds(200));
  b.from(1, msg::Ack{chunk.db, {{msg::AckKind::holds, line_of(chunk)}}});
  b.feed(TimerFired{armed.timer}, armed.at);
  const auto repeated = sent<msg::Push>(b.effects);
  REQUIRE(repeated.size() == 1);
  CHECK(repeated[0].first == PeerId{2});
  b.feed(TimerFired{armed.timer}, armed.at + seconds(1));
  CHECK(b.effects.empty());  // A stale timer.
}

TEST_CASE("replica: repetitions carry the newest version, and end") {
  Bench b{1};
  b.feed(ClientWrite{1, b.contract->sign(2, 1, {1})});
  ArmTimer armed = all_of<ArmTimer>(b.effects)[0];
  b.feed(ClientWrite{1, b.contract->sign(2, 2, {2})}, start + milliseconds(50));
  CHECK(all_of<ArmTimer>(b.effects).empty());  // One timer for all.
  std::size_t pushes = 0;
  for (int i = 0; i < 100; ++i) {
    b.feed(TimerFired{armed.timer}, armed.at);
    for (const auto& [to, push] : sent<msg::Push>(b.effects)) {
      CHECK(push.chunk.version == ChunkVersion{2});
      ++pushes;
    }
    const auto next = all_of<ArmTimer>(b.effects);
    if (next.empty()) break;
    CHECK(next[0].at >= armed.at + milliseconds(25));
    armed = next[0];
  }
  CHECK(pushes == b.config.max_tries - 1);
}

TEST_CASE("replica: an announcement of something newer is pulled, of the same or older answered") {
  Bench b;
  const Chunk held = b.contract->sign(1, 5, {1});
  b.feed(ClientWrite{1, held});
  const Chunk newer = b.contract->sign(1, 6, Bytes(9'000));
  b.from(1, msg::Announce{held.db, {line_of(newer)}});
  REQUIRE(sent<msg::Pull>(b.effects).size() == 1);
  CHECK(sent<msg::Pull>(b.effects)[0].second.slots[0] == ChunkSlot{1});
  CHECK(sent<msg::Ack>(b.effects)[0].second.slots[0].kind == msg::AckKind::heard);
  b.from(2, msg::Announce{held.db, {line_of(held)}});
  CHECK(sent<msg::Ack>(b.effects)[0].second.slots[0] ==
        msg::SlotAck{msg::AckKind::had, line_of(held)});
  const Chunk older = b.contract->sign(1, 4, {1});
  b.from(2, msg::Announce{held.db, {line_of(older)}});
  CHECK(sent<msg::Ack>(b.effects)[0].second.slots[0] ==
        msg::SlotAck{msg::AckKind::holds, line_of(held)});
  b.from(1, msg::Push{newer});
  CHECK(b.read(1) == newer);
}

TEST_CASE(
    "replica: lines of version 0 that are not empty, and slots that are not there, are offences") {
  Bench b;
  const msg::SlotMeta odd{ChunkSlot{1}, {ChunkVersion{0}, ZeroBits{5}, {}, 0}};
  b.from(1, msg::Announce{b.contract->address(), {odd}});
  CHECK(b.effects.empty());
  b.from(1, msg::Ack{b.contract->address(), {{msg::AckKind::holds, odd}}});
  CHECK(b.effects.empty());
  CHECK(b.machine.offences(PeerId{1}).at(Errc::version_zero) == 2);
  b.from(1, msg::Announce{b.contract->address(), {{ChunkSlot{8}, {}}}});
  b.from(1, msg::Ack{b.contract->address(), {{msg::AckKind::heard, {ChunkSlot{8}, {}}}}});
  b.from(1, msg::Pull{b.contract->address(), {ChunkSlot{8}}});
  CHECK(b.machine.offences(PeerId{1}).at(Errc::no_such_slot) == 3);
  b.from(1, msg::Range{b.contract->address(), {{0, 0}, {}}, {}});
  CHECK(b.machine.offences(PeerId{1}).at(Errc::bad_digest_node) == 1);
}

TEST_CASE(
    "replica: an announcement about an unknown generation is refused, so that it is not repeated") {
  Bench b;
  const auto next = plain_contract(2);
  b.from(1, msg::Announce{next->address(), {line_of(next->sign(1, 1, {1}))}});
  REQUIRE(sent<msg::Nack>(b.effects).size() == 1);
  CHECK(sent<msg::Nack>(b.effects)[0].second.reason == msg::NackReason::no_such_db);
}

TEST_CASE("replica: a refusal ends the repetitions, a wish for slowness postpones them") {
  Bench b{2};
  const Chunk chunk = b.contract->sign(2, 1, {1});
  b.feed(ClientWrite{1, chunk});
  ArmTimer armed = all_of<ArmTimer>(b.effects)[0];
  b.from(1, msg::Nack{chunk.db, chunk.slot, msg::NackReason::garbage});
  b.from(2, msg::Nack{chunk.db, std::nullopt, msg::NackReason::too_fast},
         start + milliseconds(100));
  b.feed(TimerFired{armed.timer}, armed.at);
  CHECK(sent<msg::Push>(b.effects).empty());
  armed = all_of<ArmTimer>(b.effects)[0];
  CHECK(armed.at == start + milliseconds(1'100));
  b.feed(TimerFired{armed.timer}, armed.at);
  REQUIRE(sent<msg::Push>(b.effects).size() == 1);
  CHECK(sent<msg::Push>(b.effects)[0].first == PeerId{2});
  b.from(2, msg::Nack{chunk.db, std::nullopt, msg::NackReason::generation_closed}, armed.at);
  armed = ArmTimer{{1, 3, 0, 0}, armed.at + seconds(10)};
  b.feed(TimerFired{armed.timer}, armed.at);
  CHECK(sent<msg::Push>(b.effects).empty());
}

TEST_CASE("replica: a lost pull is repeated at another holder") {
  Bench b;
  const Chunk chunk = b.contract->sign(1, 6, Bytes(9'000));
  b.from(1, msg::Announce{chunk.db, {line_of(chunk)}});
  CHECK(sent<msg::Pull>(b.effects)[0].first == PeerId{1});
  const ArmTimer armed = all_of<ArmTimer>(b.effects)[0];
  b.from(2, msg::Announce{chunk.db, {line_of(chunk)}});
  CHECK(sent<msg::Pull>(b.effects).empty());
  b.feed(TimerFired{armed.timer}, armed.at);
  REQUIRE(sent<msg::Pull>(b.effects).size() == 1);
  CHECK(sent<msg::Pull>(b.effects)[0].first == PeerId{2});
}

TEST_CASE("replica: a tie announced with equal zero bits makes both sides look at both chunks") {
  Bench b;
  std::vector<Chunk> ties;
  for (std::uint8_t i = 0; ties.size() < 2; ++i) {
    if (leading_zero_bits(crypto::sha512_256(Bytes{i})) == ZeroBits{0}) {
      ties.push_back(b.contract->sign(1, 5, {i}));
    }
  }
  b.feed(ClientWrite{1, ties[0]});
  b.from(1, msg::Announce{ties[1].db, {line_of(ties[1])}});
  CHECK(sent<msg::Pull>(b.effects).size() == 1);
  CHECK(sent<msg::Ack>(b.effects)[0].second.slots[0].meta == line_of(ties[0]));
  b.from(1, msg::Push{ties[1]});
  CHECK(all_of<EquivocationFound>(b.effects).size() == 1);
  CHECK(all_of<Persist>(b.effects)[0].writes.front() ==
        evidence_record(Equivocation{ties[0], ties[1]}));
  const auto kept = b.machine.evidence(ties[0].db, ChunkSlot{1});
  REQUIRE(kept.size() == 1);
  CHECK(kept[0] == Equivocation{ties[0], ties[1]});
}

TEST_CASE("replica: who is no member hears later of what is for members, and of the last only") {
  using Versions = std::vector<std::uint64_t>;
  const auto pushed = [](const Bench& b, std::uint32_t peer) {
    Versions versions;
    for (const auto& [to, push] : sent<msg::Push>(b.effects)) {
      if (to == PeerId{peer}) versions.push_back(push.chunk.version.value);
    }
    return versions;
  };
  const auto fire = [](Bench& b, Instant at) {
    const auto timers = all_of<ArmTimer>(b.effects);
    REQUIRE(timers.size() == 1);
    CHECK(timers[0].at == at);
    b.feed(TimerFired{timers[0].timer}, at);
  };
  Bench b{5};
  const msg::Compare loose{b.contract->address(), msg::Attention::loose, {}};
  for (std::uint32_t peer = 2; peer <= 5; ++peer) b.from(peer, loose);
  b.feed(ClientWrite{1, b.contract->sign(4, 1, {1}), msg::Audience::members});
  CHECK(pushed(b, 1) == Versions{1});
  CHECK(pushed(b, 5).empty());
  const Effects armed = b.effects;
  b.feed(ClientWrite{1, b.contract->sign(4, 2, {2}), msg::Audience::members},
         start + milliseconds(10));
  CHECK(pushed(b, 1) == Versions{2});
  CHECK(pushed(b, 5).empty());
  b.from(1, msg::Ack{b.contract->address(), {{msg::AckKind::holds, b.line(4)}}});
  b.effects = armed;
  fire(b, start + milliseconds(200));
  CHECK(sent<msg::Push>(b.effects).empty());
  fire(b, start + b.config.loose_wait);
  CHECK(pushed(b, 1).empty());
  for (std::uint32_t peer = 2; peer <= 5; ++peer) CHECK(pushed(b, peer) == Versions{2});
  // What concerns everybody, everybody hears of at once.
  b.feed(ClientWrite{1, b.contract->sign(4, 3, {3})}, start + seconds(9));
  CHECK(pushed(b, 5) == Versions{3});

  // With few neighbours one that does not care may be the only way to one that does.
  Bench sparse{4};
  sparse.from(4, loose);
  sparse.feed(ClientWrite{1, sparse.contract->sign(4, 1, {1}), msg::Audience::members});
  CHECK(pushed(sparse, 4) == Versions{1});
}

TEST_CASE("replica: what comes from the writer's node is hardly relayed, what does not is, on and on") {
  Bench b{20};
  const auto pushed_to = [&]() -> std::optional<PeerId> {
    const auto pushes = sent<msg::Push>(b.effects);
    REQUIRE(pushes.size() <= 1);
    return pushes.empty() ? std::nullopt : std::optional{pushes[0].first};
  };
  const auto relays = [&](std::uint32_t slot, msg::Origin origin, msg::AckKind kind) {
    std::uint32_t count = 0;
    for (std::uint64_t version = 1; version <= 40; ++version) {
      b.from(1, msg::Push{b.contract->sign(slot, version, {1}), origin});
      for (auto to = pushed_to(); to; to = pushed_to()) {
        ++count;
        CHECK(sent<msg::Push>(b.effects)[0].second.origin == msg::Origin::elsewhere);
        b.from(to->value, msg::Ack{b.contract->address(), {{kind, b.line(slot)}}});
      }
    }
    return count;
  };
  // About one of eight is passed on, and the first needless answer ends it.
  CHECK(relays(0, msg::Origin::here, msg::AckKind::had) <= 12);
  // Soon each is, to one more than needless answers are borne: five.
  const std::uint32_t needless = relays(1, msg::Origin::elsewhere, msg::AckKind::had);
  CHECK(needless > 120);
  CHECK(needless <= 200);
  // And while it is news until three draws find only neighbours that hold it.
  CHECK(relays(2, msg::Origin::elsewhere, msg::AckKind::holds) > 320);
  CHECK(relays(3, msg::Origin::here, msg::AckKind::had) <= 30);
  b.feed(ClientWrite{1, b.contract->sign(4, 1, {1})});
  CHECK(sent<msg::Push>(b.effects)[0].second.origin == msg::Origin::here);
}

TEST_CASE("replica: what is for members is relayed to those who follow closely") {
  Bench b{20};
  for (std::uint32_t peer = 11; peer <= 20; ++peer) {
    b.from(peer, msg::Compare{b.contract->address(), msg::Attention::loose, {}});
  }
  const auto relays_to_loose = [&](std::uint32_t slot, msg::Audience audience) {
    std::uint32_t close = 0;
    std::uint32_t loose = 0;
    for (std::uint64_t version = 1; version <= 100; ++version) {
      b.from(1, msg::Push{b.contract->sign(slot, version, {1}), msg::Origin::elsewhere, audience});
      for (const auto& [to, push] : sent<msg::Push>(b.effects)) {
        ++(to.value > 10 ? loose : close);
        CHECK(push.audience == audience);
      }
    }
    CHECK(close > 20);
    return loose;
  };
  CHECK(relays_to_loose(4, msg::Audience::members) == 0);
  CHECK(relays_to_loose(3, msg::Audience::everybody) > 20);
}

TEST_CASE("replica: a pull is answered with what the slots hold, within bounds") {
  Bench b;
  b.feed(ClientWrite{1, b.contract->sign(0, 1, Bytes(200'000))});
  b.feed(ClientWrite{1, b.contract->sign(1, 1, Bytes(200'000))});
  b.from(1, msg::Pull{b.contract->address(), {ChunkSlot{0}, ChunkSlot{1}, ChunkSlot{2}}});
  CHECK(sent<msg::Push>(b.effects).size() == 1);  // The second exceeds what one request may move.
  b.from(1, msg::Pull{b.contract->address(), {ChunkSlot{2}, ChunkSlot{1}}});
  CHECK(sent<msg::Push>(b.effects).size() == 1);
  DbAddress other = b.contract->address();
  other.generation = 8;
  b.from(1, msg::Pull{other, {ChunkSlot{0}}});
  CHECK(sent<msg::Nack>(b.effects)[0].second.reason == msg::NackReason::no_such_db);
}

TEST_CASE(
    "replica: equal roots are answered with silence, different ones with children, then ranges") {
  Bench a;
  Bench b;
  a.feed(ClientWrite{1, a.contract->sign(3, 1, {1})});
  const auto root_of = [](Bench& bench) {
    bench.feed(PeerUp{PeerId{50}});
    return sent<msg::Compare>(bench.effects)[0].second;
  };
  const msg::Compare a_root = root_of(a);
  CHECK(a.from(1, a_root).empty());
  b.from(1, a_root);  // Eight slots: the root is the lowest node.
  const auto ranges = sent<msg::Range>(b.effects);
  REQUIRE(ranges.size() == 1);
  a.from(1, ranges[0].second);
  const auto acks = sent<msg::Ack>(a.effects);
  REQUIRE(acks.size() == 1);
  b.from(1, acks[0].second);
  const auto pulls = sent<msg::Pull>(b.effects);
  REQUIRE(pulls.size() == 1);
  a.from(1, pulls[0].second);
  b.from(1, sent<msg::Push>(a.effects)[0].second);
  CHECK(b.read(3) == a.read(3));
}

TEST_CASE("replica: digests that differ under equal entries make the chunks themselves travel") {
  Bench b;
  const Chunk chunk = b.contract->sign(3, 1, {1});
  b.feed(ClientWrite{1, chunk});
  msg::Range range{chunk.db, {{0, 0}, {}}, {}};  // As if another chunk had the same mark.
  for (std::uint32_t s = 0; s < 8; ++s) range.entries.push_back(b.line(s).entry);
  b.from(1, range);
  REQUIRE(sent<msg::Push>(b.effects).size() == 1);
  CHECK(sent<msg::Push>(b.effects)[0].second.chunk == chunk);
}

TEST_CASE("replica: early chunks wait for their generation and are stored when it opens") {
  Bench b;
  const auto next = plain_contract(2);
  const auto far = plain_contract(9);
  const auto past = plain_contract(0);
  const Chunk chunk = next->sign(1, 1, {7});
  b.from(1, msg::Push{chunk});
  CHECK(sent<msg::Ack>(b.effects)[0].second.slots[0].kind == msg::AckKind::heard);
  for (const auto& contract : {far, past}) {
    b.from(1, msg::Push{contract->sign(1, 1, {7})});
    CHECK(sent<msg::Nack>(b.effects)[0].second.reason == msg::NackReason::no_such_db);
  }
  b.feed(GenerationOpened{next});
  CHECK(all_of<ChunkAccepted>(b.effects).size() == 1);
  CHECK(b.machine.read(chunk.db, chunk.slot).value() == chunk);
  CHECK(sent<msg::Compare>(b.effects).size() == 3);
}

TEST_CASE("replica: collection is asked for once per burn block, closes, erases and refuses") {
  Bench b;
  const auto ending = std::make_shared<PlainContract>(2, 8, SlotLimits{100, 100}, BurnHeight{60});
  b.feed(GenerationOpened{ending});
  const Chunk chunk = ending->sign(1, 1, {7});
  b.feed(ClientWrite{1, chunk});
  ending->collect_questions = 0;
  b.feed(BurnBlockProcessed{BurnHeight{59}});
  CHECK(ending->collect_questions == 1);
  CHECK(b.effects.empty());
  CHECK(b.machine.read(chunk.db, chunk.slot).value() == chunk);
  b.feed(BurnBlockProcessed{BurnHeight{60}});
  CHECK(ending->collect_questions == 2);
  CHECK(all_of<Persist>(b.effects)[0].writes ==
        std::vector<storage::RecordWrite>{erase_chunk(chunk.db, chunk.slot)});
  CHECK(all_of<GenerationCollected>(b.effects)[0].db == chunk.db);
  CHECK(b.machine.read(chunk.db, chunk.slot).code() == Errc::generation_closed);
  CHECK(all_of<AnswerClient>(b.feed(ClientWrite{2, chunk}))[0].refusal == Errc::generation_closed);
  b.from(1, msg::Push{chunk});
  CHECK(sent<msg::Nack>(b.effects)[0].second.reason == msg::NackReason::generation_closed);
  CHECK(b.machine.offences(PeerId{1}).empty());  // Its Bitcoin tip may be older.
}

TEST_CASE("replica: a reorganisation below the collecting block reopens the generation empty") {
  Bench b;
  const auto ending = std::make_shared<PlainContract>(2, 8, SlotLimits{100, 100}, BurnHeight{60});
  b.feed(GenerationOpened{ending});
  const Chunk chunk = ending->sign(1, 1, {7});
  b.feed(ClientWrite{1, chunk});
  b.feed(BurnBlockProcessed{BurnHeight{60}});
  b.feed(BurnBlockProcessed{BurnHeight{58}});
  CHECK(b.machine.read(chunk.db, chunk.slot).value().version == ChunkVersion{0});
  CHECK_FALSE(all_of<AnswerClient>(b.feed(ClientWrite{2, chunk}))[0].refusal.has_value());
}

TEST_CASE("replica: evidence outlives the chunks of its generation and a restart") {
  Bench b;
  const auto ending = std::make_shared<PlainContract>(2, 8, SlotLimits{100, 100}, BurnHeight{60});
  b.feed(GenerationOpened{ending});
  const Chunk first = ending->sign(1, 1, {7});
  const Chunk second = ending->sign(1, 1, {8});
  b.feed(ClientWrite{1, first});
  std::vector<storage::RecordWrite> records = all_of<Persist>(b.effects)[0].writes;
  b.from(1, msg::Push{second});
  const std::vector<Persist> persists = all_of<Persist>(b.effects);
  for (const auto& write : persists.at(0).writes) records.push_back(write);
  b.feed(BurnBlockProcessed{BurnHeight{60}});
  CHECK(b.machine.evidence(first.db, ChunkSlot{1}) ==
        std::vector<Equivocation>{{first, second}});
  ReplicaPeerMachine again{b.config};
  CHECK(again.step(start, Started{records}).ok());
  CHECK(again.step(start, GenerationOpened{ending}).ok());
  CHECK(again.evidence(first.db, ChunkSlot{1}).size() == 1);
}

TEST_CASE(
    "replica: stored chunks reappear when their generation opens; unreadable ones are erased") {
  Bench b;
  const Chunk chunk = b.contract->sign(4, 9, {1});
  storage::RecordWrite broken = chunk_record(b.contract->sign(5, 9, {1}));
  broken.value->back() ^= 1;  // Decodes, but the signature is wrong.
  storage::RecordWrite garbled = chunk_record(b.contract->sign(6, 9, {1}));
  garbled.value->pop_back();
  ReplicaPeerMachine again{b.config};
  auto started = again.step(start, Started{{chunk_record(chunk), broken, garbled}});
  REQUIRE(started.ok());
  CHECK(all_of<Persist>(*started)[0].writes[0].key == garbled.key);
  CHECK(again.step(start, Started{}).code() == Errc::already_started);
  auto opened = again.step(start, GenerationOpened{b.contract});
  REQUIRE(opened.ok());
  CHECK(all_of<ChunkAccepted>(*opened).size() == 1);
  CHECK(all_of<ChunkAccepted>(*opened)[0].chunk == chunk);
  CHECK(all_of<Persist>(*opened)[0].writes ==
        std::vector<storage::RecordWrite>{erase_chunk(chunk.db, ChunkSlot{5})});
  CHECK(again.read(chunk.db, ChunkSlot{4}).value() == chunk);
}

TEST_CASE("replica: an unmade set takes its chunks with it") {
  Bench b;
  const Chunk chunk = b.contract->sign(4, 9, {1});
  b.feed(ClientWrite{1, chunk});
  b.feed(GenerationClosed{chunk.db});
  CHECK(all_of<Persist>(b.effects)[0].writes[0] == erase_chunk(chunk.db, chunk.slot));
  CHECK(b.machine.read(chunk.db, chunk.slot).code() == Errc::no_such_db);
  CHECK(b.refusal(GenerationClosed{chunk.db}) == Errc::no_such_db);
}

TEST_CASE("replica: inputs without a place are refused by name and change nothing") {
  Config config = plain_config(1);
  config.max_peers = 3;
  config.max_generations = 2;
  Bench b{3, config};
  CHECK(b.refusal(PeerUp{PeerId{1}}) == Errc::peer_already_up);
  CHECK(b.refusal(PeerUp{PeerId{4}}) == Errc::too_many_peers);
  CHECK(b.refusal(PeerDown{PeerId{4}}) == Errc::unknown_peer);
  CHECK(b.refusal(PeerMessage{PeerId{4}, msg::Pull{}}) == Errc::unknown_peer);
  CHECK(b.refusal(GenerationOpened{b.contract}) == Errc::generation_already_open);
  b.feed(GenerationOpened{plain_contract(2)});
  CHECK(b.refusal(GenerationOpened{plain_contract(3)}) == Errc::too_many_generations);
  Config foreign = plain_config(1);
  foreign.contract = {"SP.other"};
  ReplicaPeerMachine other{foreign};
  CHECK(other.step(start, GenerationOpened{b.contract}).code() == Errc::foreign_contract);
}

TEST_CASE("replica: the oldest closed generation makes room for a new one") {
  Config config = plain_config(1);
  config.max_generations = 2;
  Bench b{1, config};
  const auto ending = std::make_shared<PlainContract>(2, 8, SlotLimits{100, 100}, BurnHeight{60});
  b.feed(GenerationOpened{ending});
  b.feed(BurnBlockProcessed{BurnHeight{60}});
  b.feed(GenerationOpened{plain_contract(3)});
  CHECK(b.machine.read(ending->address(), ChunkSlot{0}).code() == Errc::no_such_db);
  CHECK(b.machine.open().size() == 2);
}

TEST_CASE("replica: what no honest peer sends is counted by reason, then throttled, then dropped") {
  Config config = plain_config(1);
  config.drop_at = 5;
  Bench b{3, config};
  Chunk forged = b.contract->sign(1, 1, {1});
  forged.version = ChunkVersion{2};
  b.from(1, msg::Push{forged});
  CHECK(sent<msg::Nack>(b.effects)[0].second.reason == msg::NackReason::bad_signer);
  b.from(1, msg::Push{b.contract->sign(8, 1, {1})});
  CHECK(sent<msg::Nack>(b.effects)[0].second.reason == msg::NackReason::no_such_slot);
  b.from(1, msg::Push{b.contract->sign(1, 0, {1})});
  CHECK(sent<msg::Nack>(b.effects)[0].second.reason == msg::NackReason::version_zero);
  b.from(1, msg::Push{b.contract->sign(1, 1, Bytes(300'001))});
  CHECK(sent<msg::Nack>(b.effects)[0].second.reason == msg::NackReason::too_big);
  CHECK(b.machine.offences(PeerId{1}).at(Errc::chunk_too_big) == 1);
  CHECK(b.machine.offences(PeerId{1}).size() == 4);
  b.from(1, msg::Compare{b.contract->address(), {}, {{{9, 9}, {}}}});
  REQUIRE(all_of<DropPeer>(b.effects).size() == 1);
  CHECK(all_of<DropPeer>(b.effects)[0].peer == PeerId{1});
  CHECK(all_of<DropPeer>(b.effects)[0].reason == Errc::peer_misbehaves);
  CHECK(b.refusal(PeerMessage{PeerId{1}, msg::Pull{}}) == Errc::unknown_peer);
}

TEST_CASE("replica: a flood is ignored after one answer per second, and other peers are served") {
  Config config = plain_config(1);
  config.budget.messages = 10;
  Bench b{2, config};
  const msg::Pull pull{b.contract->address(), {ChunkSlot{0}}};
  std::size_t nacks = 0;
  for (int i = 0; i < 100; ++i) {
    b.from(1, pull);
    nacks += sent<msg::Nack>(b.effects).size();
  }
  CHECK(nacks == 1);
  CHECK(b.machine.offences(PeerId{1}).at(Errc::peer_too_fast) == 1);
  b.feed(ClientWrite{1, b.contract->sign(0, 1, {1})});
  b.from(2, pull);
  CHECK(sent<msg::Push>(b.effects).size() == 1);
  b.from(1, pull, start + seconds(1));
  CHECK(sent<msg::Push>(b.effects).size() == 1);
}

TEST_CASE("replica: anti-entropy compares with one neighbour at a time, on a jittered timer") {
  Bench b{5};
  ReplicaPeerMachine machine{b.config};
  auto effects = machine.step(start, Started{});
  REQUIRE(effects.ok());
  ArmTimer armed = all_of<ArmTimer>(*effects)[0];
  CHECK(machine.step(start, GenerationOpened{b.contract}).ok());
  for (std::uint32_t p = 1; p <= 5; ++p) CHECK(machine.step(start, PeerUp{PeerId{p}}).ok());
  Instant last = start;
  for (int i = 0; i < 50; ++i) {
    CHECK(armed.at >= last + seconds(8));
    CHECK(armed.at <= last + seconds(12));
    last = armed.at;
    auto round = machine.step(armed.at, TimerFired{armed.timer});
    REQUIRE(round.ok());
    CHECK(sent<msg::Compare>(*round).size() == 1);
    armed = all_of<ArmTimer>(*round)[0];
  }
}

TEST_CASE("replica: current is the open generation that spans the Bitcoin tip") {
  Bench b;
  CHECK(b.machine.current() == b.contract->address());
  b.feed(BurnBlockProcessed{BurnHeight{1'000'000}});
  CHECK_FALSE(b.machine.current().has_value());
}

TEST_CASE("replica: clients can ask what peers were last seen to hold") {
  Bench b;
  const Chunk chunk = b.contract->sign(1, 3, {1});
  b.from(2, msg::Push{chunk});
  const auto inventories = b.machine.peer_inventories(chunk.db);
  REQUIRE(inventories.size() == 3);
  CHECK(inventories[1].first == PeerId{2});
  CHECK(inventories[1].second[1] == line_of(chunk).entry);
  CHECK(inventories[0].second[1] == SlotEntry{});
}
