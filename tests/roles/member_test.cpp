// Shells of the two members (producer, stacker signer) around a scripted machine.
#include "actors/producer_actor.hpp"
#include "actors/stacker_actor.hpp"
#include "consensus/controlling_contract.hpp"
#include "tests/roles/role_bench.hpp"

using namespace quorate;
using namespace quorate::test;

namespace {

/// What the machine heard, and what it orders next.
struct Script {
  std::vector<std::pair<Instant, actors::MemberInput>> inputs;
  actors::MemberEffects next;
  bool throws{};
};

class ScriptedMember final : public actors::MemberMachine {
 public:
  explicit ScriptedMember(std::shared_ptr<Script> script) : script_(std::move(script)) {}
  actors::MemberEffects step(Instant now, const actors::MemberInput& input) override {
    if (script_->throws) throw std::runtime_error("the machine broke");
    script_->inputs.emplace_back(now, input);
    return std::exchange(script_->next, {});
  }

 private:
  std::shared_ptr<Script> script_;
};

struct Member {
  RoleBench bench;
  consensus::Params params;
  std::shared_ptr<Script> script{std::make_shared<Script>()};
  messages::ProducerActor producer{bench.own(actors::spawn_producer(
      bench.system(), bench.wiring(), params, std::make_unique<ScriptedMember>(script)))};
  messages::StackerSignerActor stacker{bench.own(actors::spawn_stacker(
      bench.system(), bench.wiring(), params, std::make_unique<ScriptedMember>(script)))};

  [[nodiscard]] consensus::Chunk chunk_of(GroupKind kind) const {
    consensus::Chunk chunk;
    chunk.db.contract = consensus::boot_contract_name(params.network_id, kind);
    return chunk;
  }
  template <class T>
  [[nodiscard]] const T& last() const {
    return std::get<T>(script->inputs.back().second);
  }
};

actors::Persist promise() { return {{{storage::Table::agreement, Bytes{1}, Bytes{2}}}}; }

}  // namespace

TEST_CASE("member shells: each message kind is one step with its content and the time of now") {
  Member m;
  m.bench.give(m.producer, messages::Start{});
  CHECK(m.script->inputs.empty());
  m.bench.pass(seconds(3));
  m.bench.give(m.producer, messages::TimerDue{messages::Timer{4, 5, 6, 7, 8}});
  CHECK(m.last<messages::Timer>() == messages::Timer{4, 5, 6, 7, 8});
  CHECK(m.script->inputs.back().first == m.bench.now());
  m.bench.give(m.producer, messages::ChainNews{messages::MempoolChanged{3}});
  CHECK(std::get<messages::MempoolChanged>(m.last<messages::ChainEvent>()).count == 3);
  m.bench.give(m.producer, messages::KeeperAnswer{messages::BuiltBlock{9, std::nullopt, {}}});
  CHECK(std::get<messages::BuiltBlock>(m.last<messages::KeeperReply>()).token == 9);
  m.bench.give(m.producer, messages::ChunkHeld{m.chunk_of(GroupKind::stackers)});
  CHECK(m.last<actors::ChunkSeen>().chunk == m.chunk_of(GroupKind::stackers));
  m.bench.give(m.producer,
               messages::ChunkWriteRefused{{},
                                           consensus::ChunkSlot{3},
                                           ChunkVersion{4},
                                           static_cast<std::uint16_t>(Errc::stale_version),
                                           ChunkVersion{5}});
  CHECK(m.last<actors::ChunkRefused>().reason == Errc::stale_version);
  CHECK(m.last<actors::ChunkRefused>().standing == ChunkVersion{5});
  m.bench.give(m.producer, messages::LeaderNews{{TermNumber{2}, 1}});
  CHECK(m.last<messages::LeaderNews>().certificate.epoch == 1);
  m.bench.give(m.producer, messages::EpochNews{TermNumber{2}, 3});
  CHECK(m.last<messages::EpochNews>().epoch == 3);
  messages::SignAnnouncement wanted;
  wanted.offer.counter = 12;
  m.bench.give(m.producer, wanted);
  CHECK(m.last<messages::SignAnnouncement>().offer.counter == 12);
  CHECK(m.script->inputs.size() == 8);

  m.script->inputs.clear();
  m.bench.give(m.stacker, messages::Start{});
  m.bench.give(m.stacker, messages::TimerDue{messages::Timer{4}});
  m.bench.give(m.stacker, messages::ChainNews{messages::MempoolChanged{3}});
  m.bench.give(m.stacker, messages::KeeperAnswer{messages::BuiltBlock{}});
  m.bench.give(m.stacker, messages::ChunkHeld{m.chunk_of(GroupKind::stackers)});
  m.bench.give(m.stacker, messages::ChunkWriteRefused{});
  CHECK(m.script->inputs.size() == 5);
  CHECK(m.bench.take().empty());
}

TEST_CASE("member shells: effects are performed in list order, each to the role it is for") {
  Member m;
  m.script->next = {actors::Note{"a"},
                    promise(),
                    actors::WriteChunk{m.chunk_of(GroupKind::producers)},
                    actors::WriteChunk{m.chunk_of(GroupKind::stackers), messages::Audience::members},
                    promise(),
                    actors::EvidenceFound{GroupKind::stackers, 7, {}, "two_prepares", Bytes{1}},
                    actors::Note{"b"}};
  m.bench.give(m.producer, messages::ChainNews{messages::MempoolChanged{}});
  Journal journal = m.bench.take();
  // Ports are called on the spot; the other roles hear when the step is over.
  CHECK(Journal(journal.begin(), journal.begin() + 5) ==
        Journal{"note producer", "commit agreement", "commit agreement", "evidence two_prepares",
                "note producer"});
  CHECK(times(journal, "tell producer replica ChunkWrite") == 1);
  CHECK(times(journal, "tell stacker replica ChunkWrite") == 1);
  const auto write = m.bench.heard<messages::ChunkWrite>(Role::stacker_replica).at(0);
  CHECK(write.writer == Role::producer);
  CHECK(write.audience == messages::Audience::members);

  m.script->next = {actors::AskKeeper{messages::BuildBlock{4}},
                    actors::ElectionOrder{messages::ElectionProgress{TermNumber{2}}},
                    messages::AnnouncementSigned{BlockHeight{1}, 2, {}, {}},
                    messages::LeadershipChanged{TermNumber{2}, true, true, 0}};
  m.bench.give(m.producer, messages::ChainNews{messages::MempoolChanged{}});
  journal = m.bench.take();
  CHECK(journal.size() == 4);
  CHECK(m.bench.heard<messages::KeeperQuestion>(Role::keeper).at(0).asker == Role::producer);
  CHECK(times(journal, "tell election ElectionAdvice") == 1);
  CHECK(place(journal, "tell announcer AnnouncementSigned") <
        place(journal, "tell announcer LeadershipChanged"));

  m.script->next = {actors::AskKeeper{messages::TryBlock{}},
                    actors::WriteChunk{m.chunk_of(GroupKind::producers)}};
  m.bench.give(m.stacker, messages::ChainNews{messages::MempoolChanged{}});
  CHECK(m.bench.heard<messages::KeeperQuestion>(Role::keeper).at(1).asker == Role::stacker);
  CHECK(m.bench.heard<messages::ChunkWrite>(Role::producer_replica).at(1).writer == Role::stacker);
}

TEST_CASE("member shells: a promise that cannot be stored stops the node, and nothing leaves") {
  using Access = storage::MemoryDisk::Access;
  for (const Errc fault : {Errc::store_full, Errc::store_read_only, Errc::store_failed}) {
    Member m;
    if (fault == Errc::store_full) m.bench.disk().disk().limit(0);
    if (fault == Errc::store_read_only) m.bench.disk().disk().set_access(Access::read_only);
    if (fault == Errc::store_failed) {
      m.bench.disk().disk().tear_next(storage::MemoryDisk::Torn::kept);
    }
    m.script->next = {promise(), actors::WriteChunk{m.chunk_of(GroupKind::producers)},
                      actors::AskKeeper{messages::BuildBlock{}}, actors::Note{"after"}};
    m.bench.give(m.stacker, messages::ChainNews{messages::MempoolChanged{}});
    const std::string name{name_of(fault)};
    CHECK(m.bench.take() == Journal{"commit refused " + name, "stop stacker " + name});
    // No shell of the node does anything any more.
    const std::size_t steps = m.script->inputs.size();
    m.bench.give(m.stacker, messages::TimerDue{});
    m.bench.give(m.producer, messages::TimerDue{});
    CHECK(m.script->inputs.size() == steps);
    CHECK(m.bench.take().empty());
  }
}

TEST_CASE("member shells: what was said before a failing promise stands, what follows does not") {
  Member m;
  m.bench.disk().disk().limit(0);
  m.script->next = {actors::AskKeeper{messages::BuildBlock{}}, promise(),
                    actors::WriteChunk{m.chunk_of(GroupKind::producers)}};
  m.bench.give(m.producer, messages::TimerDue{});
  CHECK(m.bench.take() == Journal{"commit refused store_full", "stop producer store_full",
                                  "tell keeper KeeperQuestion"});
}

TEST_CASE("member shells: timers fire at their virtual time, in its order, and carry their kind") {
  Member m;
  const Instant start = m.bench.now();
  m.script->next = {actors::ArmTimer{{2, 20}, start + seconds(2)},
                    actors::ArmTimer{{1, 10}, start + seconds(1)},
                    actors::ArmTimer{{3, 30}, start - seconds(1)}};
  m.bench.give(m.stacker, messages::ChainNews{messages::MempoolChanged{}});
  // What is due in the past is due now.
  m.bench.pass(microseconds(0));
  CHECK(m.last<messages::Timer>() == messages::Timer{3, 30});
  m.bench.pass(seconds(1) - microseconds(1));
  CHECK(m.script->inputs.size() == 2);
  m.bench.pass(microseconds(1));
  CHECK(m.last<messages::Timer>() == messages::Timer{1, 10});
  m.bench.pass(seconds(1));
  CHECK(m.last<messages::Timer>() == messages::Timer{2, 20});
  CHECK(m.script->inputs.back().first == start + seconds(2));
  CHECK(m.script->inputs.size() == 4);
}

TEST_CASE("member shells: roles that the node does not have are not told") {
  Member m;
  m.bench.roles() = {};
  m.script->next = {actors::AskKeeper{messages::BuildBlock{}},
                    actors::WriteChunk{m.chunk_of(GroupKind::producers)},
                    actors::ElectionOrder{messages::ElectionProgress{}},
                    messages::LeadershipChanged{}};
  m.bench.give(m.producer, messages::TimerDue{});
  CHECK(m.bench.take().empty());
  CHECK(RoleBench::is_alive(m.producer));
}

TEST_CASE("member shells: an exception inside the machine is the named actor fault of its role") {
  Member m;
  m.script->throws = true;
  m.bench.give(m.producer, messages::TimerDue{});
  CHECK(m.bench.take() == Journal{"stop producer actor_fault"});
  CHECK(m.bench.stopped()->second == Error{Errc::actor_fault, "the machine broke"});
  CHECK_FALSE(RoleBench::is_alive(m.producer));
  Member n;
  check_actor_fault(n.bench, n.stacker, Role::stacker, messages::TimerDue{});
}
