// Any sequence of inputs is answered or refused; nothing persisted or published breaks a bound.
// Each step: one byte says what, one byte says who, then what the state, dealing or value is made
// of.
#include "tests/unit/actors/keygen_world.hpp"

using namespace quorate;
using namespace quorate::test;

namespace {

struct Script {
  ByteView left;
  std::uint8_t next() {
    if (left.empty()) return 0;
    const std::uint8_t byte = left[0];
    left = left.subspan(1);
    return byte;
  }
};

void play(KeygenWorld& world, Script& script) {
  const std::uint8_t what = script.next();
  const std::size_t who = script.next() % world.members.size();
  const std::uint8_t how = script.next();
  const MemberIndex from{static_cast<std::uint16_t>(how % (world.members.size() + 1))};
  KeygenWorld::Member& member = world.members[who];
  switch (what % 8) {
    case 0: return world.exchange(how % 100);
    case 1: return world.advance_to(world.height.value + how % 3);
    case 2: {
      Bytes bytes = to_bytes(script.left.first(std::min<std::size_t>(script.left.size(), how)));
      const ChunkVersion version{how % 4u};
      const SharedBytes content{std::move(bytes)};
      const messages::SignedDealing word{version, crypto::sha512_256(content.view()), {}};
      (void)world.tell(who, DealingSeen{from, word, content, {}});
      return;
    }
    case 3: {
      if (!member.state) return;
      messages::KeygenState state = *member.state;
      if (how & 1) state.dealing_hashes.clear();
      if (how & 2) state.confirmed = BitVector{static_cast<std::uint16_t>(how)};
      if (how & 4) state.complaints.push_back({from, state.cid, {}, {}});
      if (how & 8) state.equivocations.push_back({from, {}, {}});
      if (how & 16) state.attempt += how & 3;
      if (how & 32 && !state.offered.empty()) state.offered[0].qualified = BitVector{how};
      (void)world.tell(script.next() % world.members.size(), PeerKeygen{from, state});
      return;
    }
    case 4: {
      consensus::Value value{how & 1 ? consensus::ValueKind::retry : consensus::ValueKind::key};
      if (member.candidate && how & 2) value = *member.candidate;
      const auto shown = how & 4 ? JudgeValue::Shown::prepare_certificate
                                 : JudgeValue::Shown::nothing;
      (void)world.tell(who, JudgeValue{member.machine->instance(), value, shown});
      (void)world.tell(who, KeepContent{value});
      return;
    }
    case 5: {
      const auto certificate = world.decide();
      if (certificate) world.tell_decided(*certificate);
      return;
    }
    case 6: return world.boot(who);
    default:
      (void)world.tell(who, KeyDecided{});
      (void)world.tell(who, KeyCertified{});
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  KeygenWorld world(scattered_set({2, 1, 1}));
  world.boot_all();
  Script script{{data, size}};
  for (int step = 0; step < 16 && !script.left.empty(); ++step) play(world, script);
  std::optional<Hash256> key;
  for (const auto& member : world.members) {
    const consensus::KeyCertificate* certificate = member.machine->certificate();
    if (certificate == nullptr) continue;
    ASSERT(consensus::verify(*certificate, world.set, test_network).ok());
    if (!key) key = certificate->content.id();
    ASSERT(certificate->content.id() == *key);
  }
  return 0;
}
