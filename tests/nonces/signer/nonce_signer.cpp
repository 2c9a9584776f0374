// One group member as a process of its own, for the test that kills it: the real composition of key
// generation, agreement and signing over a SQLite store. It draws nonces, logs shares, releases
// them and answers requests exactly as a node's member does; only its replica and its links are
// short. Usage: nonce_signer STORE CUT ORDINAL — it ends itself with SIGKILL when it passes this
// point of the path that many times (0: never).
#include <csignal>
#include <cstdlib>

#include "runtime/frost/secret_files.hpp"
#include "storage/sqlite_store.hpp"
#include "tests/nonces/pipes.hpp"

using namespace quorate;
using namespace quorate::actors;
using namespace quorate::test;
using consensus::Chunk;
using consensus::ChunkSlot;

namespace {

class Signer {
 public:
  Signer(storage::RecordStore& store, CutPoint cut, int ordinal)
      : store_(&store), cut_(cut), left_(ordinal), network_(signer_scenario()) {}

  void run() {
    load();
    GroupMemberSetup setup = network_.setup_of(0, frost::fresh_randomness());
    setup.stored = &stored_;
    auto made = GroupMember::make(std::move(setup));
    ASSERT(made.ok());
    member_ = std::move(made).value();
    const auto& burn = network_.burn();
    member_->on_burn(now_, {burn, burn.back().hash()}, burn.back().height);
    member_->start(now_, burn.back().height);
    settle();
    const auto held = replica_;
    for (const auto& entry : held) {
      member_->on_chunk(now_, entry.second);
      settle();
    }
    while (say_done()) {
      const auto frame = read_frame(STDIN_FILENO);
      if (!frame) return;
      now_ = now_ + seconds(10);
      fire();
      if (!frame->empty()) take(decode<Chunk>(*frame).value());
      settle();
      fire();
    }
  }

 private:
  void load() {
    for (int t = 1; t <= 11; ++t) {
      const auto table = static_cast<storage::Table>(t);
      const auto scanned = store_->scan(table, [&](ByteView key, ByteView value) {
        if (table == storage::Table::chunks) {
          const Chunk chunk = decode<Chunk>(value).value();
          replica_.insert_or_assign(chunk.slot, chunk);
        } else {
          stored_[table][to_bytes(key)] = to_bytes(value);
        }
        return true;
      });
      ASSERT(scanned.ok());
    }
  }
  static bool say_done() { return write_frame(STDOUT_FILENO, {}); }

  void pass(CutPoint point) {
    if (point == cut_ && left_ > 0 && --left_ == 0) std::raise(SIGKILL);
  }
  void commit(std::span<const storage::RecordWrite> writes) {
    if (!store_->commit(writes).ok()) std::_Exit(4);
  }

  /// What a step ordered is answered after it, as actors do.
  void settle() {
    step();
    while (!later_.empty()) {
      const auto next = std::move(later_.front());
      later_.pop_front();
      next();
      step();
    }
  }
  void step() {
    MemberEffects effects;
    const auto report = [&](GroupReport& told) {
      // The announcer's desk permits what is asked for: this test asks for nothing it should not.
      if (auto* asked = std::get_if<PermitAsked>(&told)) {
        member_->permit_announcement(now_, {asked->instance, asked->view, asked->subject});
      }
    };
    member_->drain(stored_, effects, report);
    member_->flush(now_);
    member_->drain(stored_, effects, report);
    pass(CutPoint::step_done);
    for (const MemberEffect& effect : effects) perform(effect);
  }
  void perform(const MemberEffect& effect) {
    if (const auto* persist = std::get_if<Persist>(&effect)) {
      pass(CutPoint::before_log);
      commit(persist->writes);
      pass(CutPoint::after_log);
    } else if (const auto* put = std::get_if<WriteChunk>(&effect)) {
      write(put->chunk);
    } else if (const auto* armed = std::get_if<ArmTimer>(&effect)) {
      timers_.emplace(armed->at, armed->timer);
    }
  }
  void fire() {
    while (!timers_.empty() && timers_.begin()->first <= now_) {
      const auto timer = timers_.begin()->second;
      timers_.erase(timers_.begin());
      member_->on_timer(now_, timer);
      settle();
    }
  }

  static consensus::ChunkMeta meta_of(const Chunk& chunk) {
    return {chunk.version, crypto::sha512_256(chunk.content.bytes.view()), chunk.signature};
  }
  void hold(const Chunk& chunk) {
    const storage::RecordWrite held{storage::Table::chunks, encode(chunk.slot), encode(chunk)};
    commit({&held, 1});
    replica_.insert_or_assign(chunk.slot, chunk);
  }
  void write(const Chunk& chunk) {
    const auto before = replica_.find(chunk.slot);
    if (before != replica_.end() && before->second != chunk) {
      const auto standing = meta_of(before->second);
      const auto taken = consensus::accept_write(consensus::clock_of(standing), meta_of(chunk));
      if (!taken.ok()) {
        later_.push_back([this, slot = chunk.slot, why = taken.code(), standing] {
          member_->on_write_refused(slot, why, standing.version);
        });
        return;
      }
    }
    pass(CutPoint::before_replica);
    hold(chunk);
    pass(CutPoint::before_release);
    const Bytes out = framed(encode(chunk));
    const std::size_t half = out.size() / 2;
    if (!write_all(STDOUT_FILENO, out.data(), half)) return;
    pass(CutPoint::half_released);
    if (!write_all(STDOUT_FILENO, out.data() + half, out.size() - half)) return;
    pass(CutPoint::released);
    later_.push_back([this, chunk] { member_->on_chunk(now_, chunk); });
  }
  /// From another node's replica.
  void take(const Chunk& chunk) {
    const auto before = replica_.find(chunk.slot);
    if (before != replica_.end() &&
        consensus::merge_chunk(meta_of(before->second), meta_of(chunk)) !=
            consensus::Merge::replace) {
      return;
    }
    hold(chunk);
    member_->on_chunk(now_, chunk);
  }

  storage::RecordStore* store_;
  CutPoint cut_;
  int left_;
  KeygenNetwork network_;
  StoredTables stored_;
  std::map<ChunkSlot, Chunk> replica_;
  std::unique_ptr<GroupMember> member_;
  std::multimap<Instant, Timer> timers_;
  std::deque<std::function<void()>> later_;
  Instant now_{seconds(1'000'000).us};
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  std::signal(SIGPIPE, SIG_IGN);
  auto store = storage::SqliteStore::open(argv[1]);
  if (!store.ok()) return store.code() == Errc::store_in_use ? 5 : 3;
  Signer signer(**store, static_cast<CutPoint>(std::atoi(argv[2])), std::atoi(argv[3]));
  signer.run();
  return 0;
}
