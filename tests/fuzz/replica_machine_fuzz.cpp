// A replica fed with any sequence of inputs keeps its promises: no assertion falls, a slot's clock
// only moves forward while its generation is open, and an error changes nothing.
//
// The bytes are a program. Each step is one opcode byte with its operands:
//   0 slot version salt   a client writes a small signed chunk
//   1 peer slot version salt   a peer pushes one
//   2 peer length message   a peer sends `length` (u8) bytes, if they decode
//   3 peer   the peer connects        4 peer   it is gone
//   5 height   a burn block           6 generation   a generation opens
//   7 generation   it is unmade       8 kind serial   a timer fires
//   9 peer slot version salt   a peer announces a chunk     10 ms   time passes
#include "actors/replica_peer_machine.hpp"

using namespace quorate;
using namespace quorate::consensus;
namespace replica = quorate::actors::replica;

namespace {

constexpr std::uint32_t slots = 20;

/// One owner for every slot; collected from burn height 100 + generation on.
class TinyContract final : public ControllingContract {
 public:
  explicit TinyContract(std::uint64_t generation) : address_{{"SP.tiny"}, generation, {}} {}
  static const crypto::SecretKey& key() {
    static const crypto::SecretKey secret = crypto::SecretKey::derive("quorate/fuzz-owner", {});
    return secret;
  }
  static const crypto::PublicKey& public_key() {
    static const crypto::PublicKey cached = key().public_key();
    return cached;
  }
  const DbAddress& address() const override { return address_; }
  std::uint32_t network_id() const override { return 1; }
  std::uint32_t slot_count() const override { return slots; }
  Result<SlotLimits> limits(ChunkSlot slot) const override {
    if (slot.value >= slots) return Errc::no_such_slot;
    return SlotLimits{64, 4};
  }
  Result<crypto::PublicKey> owner(ChunkSlot slot) const override {
    if (slot.value >= slots) return Errc::no_such_slot;
    return public_key();
  }
  Result<> auth_write(ChunkSlot slot, const ChunkMeta& meta) const override {
    const auto signer = crypto::recover(
        chunk_digest(1, address_, slot, meta.version, meta.content_hash), meta.signature);
    if (!signer.ok() || *signer != public_key()) return Errc::bad_signer;
    return done();
  }
  bool garbage_collect(BurnHeight tip) const override { return is_closed(tip); }
  bool is_garbage(BurnHeight tip, ChunkSlot, const ChunkMeta&) const override {
    return is_closed(tip);
  }
  bool is_closed(BurnHeight tip) const override { return tip.value >= 100 + address_.generation; }
  bool is_current(BurnHeight tip) const override { return !is_closed(tip); }

 private:
  DbAddress address_;
};

class Program {
 public:
  explicit Program(ByteView code) : code_(code) {}

  void run() {
    step(replica::Started{});
    step(replica::GenerationOpened{contract(0)});
    while (code_.left() > 0) one();
  }

 private:
  std::uint8_t next() { return code_.left() > 0 ? code_.get<std::uint8_t>() : std::uint8_t{0}; }
  static ContractView contract(std::uint64_t generation) {
    return std::make_shared<const TinyContract>(generation % 4);
  }
  actors::PeerId peer() { return actors::PeerId{next() % 5u}; }
  Chunk chunk() {
    const ChunkSlot slot{next() % (slots + 1)};
    const ChunkVersion version{next() % 4u};
    const std::uint8_t salt = next();
    return sign_chunk(1, contract(salt % 3u)->address(), slot, version,
                      SharedBytes{Bytes(salt % 70u, salt)}, TinyContract::key());
  }
  static messages::SlotMeta line(const Chunk& chunk) {
    const ChunkMeta meta{chunk.version, crypto::sha512_256(chunk.content.bytes.view()),
                         chunk.signature};
    const ChunkClock clock = clock_of(meta);
    return {chunk.slot, {clock.version, clock.zeros, mark_of(meta),
                         static_cast<std::uint32_t>(chunk.content.bytes.size())}};
  }

  void one() {
    switch (next() % 11) {
      case 0: return step(replica::ClientWrite{1, chunk()});
      case 1: {
        const actors::PeerId from = peer();
        return step(replica::PeerMessage{from, messages::Push{chunk()}});
      }
      case 2: {
        const actors::PeerId from = peer();
        const std::size_t asked = next();
        const ByteView bytes = code_.raw(std::min(asked, code_.left()));
        auto message = decode<messages::ReplicaMessage>(bytes);
        if (!message.ok()) return;
        return step(replica::PeerMessage{from, std::move(message).value()});
      }
      case 3: return step(replica::PeerUp{peer()});
      case 4: return step(replica::PeerDown{peer()});
      case 5: return step(replica::BurnBlockProcessed{BurnHeight{90u + next() % 20u}});
      case 6: return step(replica::GenerationOpened{contract(next())});
      case 7: return step(replica::GenerationClosed{contract(next())->address()});
      case 8: {
        const std::uint8_t kind = next();
        return step(replica::TimerFired{{kind, next(), 0, 0}});
      }
      case 9: {
        const actors::PeerId from = peer();
        const Chunk offered = chunk();
        return step(replica::PeerMessage{from, messages::Announce{offered.db, {line(offered)}}});
      }
      default: now_ = now_ + milliseconds(next() * 20); return;
    }
  }

  using Clocks = std::map<DbAddress, std::vector<SlotEntry>>;
  [[nodiscard]] Clocks clocks() const {
    Clocks out;
    for (const ContractView& view : machine_.open()) {
      out.emplace(view->address(), machine_.inventory(view->address()).value());
    }
    return out;
  }

  void step(const replica::Input& input) {
    const auto effects = machine_.step(now_, input);
    Clocks after = clocks();
    if (!effects.ok()) ASSERT(before_ == after);
    for (const auto& [db, was] : before_) {
      const auto is = after.find(db);
      for (std::uint32_t s = 0; is != after.end() && s < slots; ++s) {
        ASSERT(was[s].clock() <= is->second[s].clock());
      }
    }
    before_ = std::move(after);
  }

  static replica::Config config() {
    replica::Config config;
    config.contract = {"SP.tiny"};
    config.max_peers = 4;
    config.max_generations = 3;
    config.ties_per_round = 1;
    config.budget = {64, 1 << 16};
    config.push_bytes = 32;
    return config;
  }

  Reader code_;
  actors::ReplicaPeerMachine machine_{config()};
  Instant now_{seconds(1'000).us};
  Clocks before_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  Program{{bytes, size}}.run();
  return 0;
}
