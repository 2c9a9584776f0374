// A producer that holds a quorum alone (or no slot at all), with its node played by the test: Bitcoin
// moves, the keeper answers, the replica takes every write, timers fire in virtual time. What others
// could say comes from the test, too.
#pragma once

#include <doctest/doctest.h>

#include "actors/producer_machine.hpp"
#include "consensus/terms.hpp"
#include "tests/unit/actors/agreement_fixture.hpp"

namespace quorate::actors {

class LoneProducer {
 public:
  enum class Seat : std::uint8_t { member, without_slots };

  explicit LoneProducer(Seat seat = Seat::member) : seat_(seat) {
    if (seat == Seat::without_slots) {
      own_key = crypto::SecretKey::derive("quorate/test-outsider", {});
      members.set.zero_slot_keys.push_back(own_key.public_key());
    }
    params.network_id = test_network;
    params.first_burn_height = BurnHeight{100};
    reboot();
  }

  // ---- What happened.

  consensus::Params params;
  Members members{{70, 20, 10}};  ///< Term 3; the node is member 0, unless it has no slots.
  crypto::SecretKey own_key{members.keys[0].clone()};
  std::unique_ptr<ProducerMachine> machine;
  Instant now{1};
  StoredTables disk;
  std::optional<consensus::KeyCertificate> key;
  messages::Position place;
  std::vector<messages::BuildBlock> builds;         ///< Asked of the keeper, newest last.
  std::vector<messages::CandidateBlock> candidates; ///< Written to the own slot, newest last.
  std::vector<ElectionOrder> orders;
  std::vector<EvidenceFound> evidence;
  std::vector<std::string> notes;

  /// Keys of term 3 are made and the node stands at the term's first height.
  void begin_term() {
    burn_to(121);
    messages::SetPlanned planned{members.set, BurnHeight{121},
                                 consensus::first_height(params, TermNumber{3}),
                                 consensus::last_height(params, TermNumber{3})};
    plan = planned;
    step(messages::ChainEvent{planned});
    burn_to(131);
    run(seconds(60));
    REQUIRE(key.has_value() == (seat_ == Seat::member));
    place.term = TermNumber{3};
    place.height = BlockHeight{17};
    place.keys_ready = place.first_of_term = true;
    move();
  }
  /// The next block goes here.
  void move() {
    place.burn_tip = tip();
    step(messages::ChainEvent{place});
  }
  void reboot() {
    machine = std::make_unique<ProducerMachine>(
        ProducerConfig{params, {}, crypto::sha256(Bytes{++boots_}), disk},
        own_key.clone());
    timers_.clear();
  }
  /// After a restart the keeper tells everything again, and the replica shows what it holds.
  void tell_again() {
    for (const auto& moved : told_) step(messages::ChainEvent{moved});
    step(messages::ChainEvent{plan});
    if (key) step(messages::ChainEvent{messages::KeyLearned{*key, members.hash()}});
    const auto held = held_;
    for (const auto& [slot, chunk] : held) step(ChunkSeen{chunk});
    move();
  }

  /// Bitcoin's blocks up to this height; a new one stands in the place of one that was there.
  void burn_to(std::uint64_t height) {
    const bool reorganised = chain_.erase(height) > 0;
    chain_.erase(chain_.upper_bound(height), chain_.end());
    const std::uint64_t first = chain_.empty() ? height : chain_.rbegin()->first + 1;
    for (std::uint64_t h = first; h <= height; ++h) {
      const auto link = ScriptedBranches::link(
          h, ++blocks_, chain_.empty() ? BurnHash{} : chain_.rbegin()->second.hash());
      chain_[h] = link;
      messages::BurnTipChanged moved;
      moved.tip = ScriptedBranches::view(link);
      moved.links.push_back(link);
      moved.reorganised = reorganised;
      told_.push_back(moved);
      step(messages::ChainEvent{moved});
    }
  }
  [[nodiscard]] BurnView tip() const { return ScriptedBranches::view(chain_.rbegin()->second); }

  /// Member `p` leads the epoch: 70 of 100 granted it, this member alone.
  void lead(std::size_t p, std::uint32_t epoch) {
    messages::LeaderCertificate c{TermNumber{3}, epoch, member(p), BitVector{3}, {}};
    c.granters.set(0);
    c.signatures.push_back(members.notary(0).sign(
        messages::election_digest(test_network, members.hash(), messages::ElectionKind::grant,
                                  {TermNumber{3}, epoch, member(p)})));
    step(messages::LeaderNews{c});
  }

  /// A block at the present place; `mark` tells siblings apart.
  [[nodiscard]] consensus::Block block(std::uint8_t mark, const BurnView& burn_view) const {
    consensus::Block out;
    out.header.height = place.height;
    out.header.attempt = place.attempt;
    out.header.term = place.term;
    out.header.parent = place.parent;
    out.header.burn_view = burn_view;
    out.header.timestamp_ms = place.parent_timestamp_ms + mark;
    return out;
  }
  /// The keeper built what was asked for last.
  consensus::Block build(std::uint8_t mark, MicroStx fees = MicroStx{100}) {
    REQUIRE(!builds.empty());
    const auto asked = builds.back();
    const auto made = block(mark, asked.burn_view);
    step(messages::KeeperReply{messages::BuiltBlock{asked.token, made, fees}});
    return made;
  }
  /// Another member's candidate, as its slot shows it.
  void show(std::size_t p, const messages::CandidateBlock& candidate) {
    std::vector<storage::RecordWrite> records;
    step(ChunkSeen{desk(p).write_candidate(candidate, records)});
  }
  ChunkDesk& desk(std::size_t p) {
    return desks_.try_emplace(p, params, members.set, member(p), &members.keys[p]).first->second;
  }
  void work(std::uint32_t count, MicroStx fees = MicroStx{500}) {
    step(messages::ChainEvent{messages::MempoolChanged{count, fees}});
  }

  /// Fires timers in order for this long.
  void run(Duration time) {
    const Instant end = now + time;
    while (!timers_.empty() && timers_.begin()->first <= end) {
      const auto due = *timers_.begin();
      timers_.erase(timers_.begin());
      now = std::max(now, due.first);
      step(due.second);
    }
    now = end;
  }

  void step(const MemberInput& input) {
    for (const auto& effect : machine->step(now, input)) {
      std::visit([&](const auto& e) { on(e); }, effect);
    }
    // What the step ordered is answered after it, as actors do.
    while (!answers_.empty()) {
      const MemberInput next = std::move(answers_.front());
      answers_.pop_front();
      for (const auto& effect : machine->step(now, next)) {
        std::visit([&](const auto& e) { on(e); }, effect);
      }
    }
  }

  messages::SetPlanned plan;
  messages::Outcome verdict{messages::Outcome::valid};

 private:
  Seat seat_;

  void on(const Persist& persist) { keep(disk, persist); }
  void on(const ArmTimer& order) { timers_.emplace(order.at, order.timer); }
  void on(const WriteChunk& write) {
    held_.insert_or_assign(write.chunk.slot, write.chunk);
    auto read = desk(1).read(write.chunk);
    if (read.ok()) {
      auto* own = std::get_if<CandidateRead>(&*read);
      if (own != nullptr) {
        CHECK(own->owner == own_key.public_key());
        candidates.push_back(std::move(own->candidate));
      }
    }
    answers_.push_back(ChunkSeen{write.chunk});
  }
  void on(const AskKeeper& ask) {
    if (const auto* build = std::get_if<messages::BuildBlock>(&ask.request)) {
      builds.push_back(*build);
    } else if (const auto* attempt = std::get_if<messages::TryBlock>(&ask.request)) {
      const auto& header = attempt->block.header;
      answers_.push_back(messages::KeeperReply{
          messages::TriedBlock{header.id(), header.burn_view, header.height, header.attempt,
                               verdict, 0, MicroStx{50}}});
    } else if (const auto* learn = std::get_if<messages::LearnKey>(&ask.request)) {
      key = learn->certificate;
      answers_.push_back(messages::ChainEvent{messages::KeyLearned{*key, members.hash()}});
    }
  }
  void on(const ElectionOrder& order) { orders.push_back(order); }
  void on(const EvidenceFound& found) { evidence.push_back(found); }
  void on(const Note& note) { notes.push_back(note.text); }
  void on(const messages::AnnouncementSigned&) {}
  void on(const messages::LeadershipChanged&) {}

  std::uint8_t boots_{};
  std::uint8_t blocks_{};
  std::map<std::uint64_t, consensus::BurnLink> chain_;
  std::vector<messages::BurnTipChanged> told_;
  std::multimap<Instant, Timer> timers_;
  std::deque<MemberInput> answers_;
  std::map<consensus::ChunkSlot, consensus::Chunk> held_;
  std::map<std::size_t, ChunkDesk> desks_;
};

}  // namespace quorate::actors
