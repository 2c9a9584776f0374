// Any bytes as a dealing of a small key generation, opened by its recipients.
#include "crypto/frost_complaint.hpp"

using namespace quorate;
using namespace quorate::crypto;

namespace {

SecretKey host_key(std::uint8_t p) { return SecretKey::derive("quorate/fuzz-host", {&p, 1}); }

const KeygenConfig& config() {
  static const KeygenConfig c = [] {
    KeygenSpec spec;
    spec.threshold = 2;
    std::uint32_t next = 0;
    for (std::uint8_t p = 0; p < 3; ++p) {
      spec.parties.push_back({host_key(p).public_key(), {SlotIndex{next++}}});
    }
    return KeygenConfig::make(spec).value();
  }();
  return c;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Result<DealingRef> dealing = parse_dealing(config(), SharedBytes{Bytes(data, data + size)});
  if (!dealing.ok()) return 0;
  const ParsedDealing& d = **dealing;
  ASSERT(size == dealing_size(config(), d.dealer()));
  for (std::uint8_t q = 0; q < 3; ++q) {
    if (q == d.dealer().value) continue;
    // A box that does not open is the dealer's fault, and every judge sees it.
    const bool opens = open_box(config(), d, MemberIndex{q}, host_key(q)).ok();
    const Complaint complaint =
        complain(config(), d, MemberIndex{q}, host_key(q), Hash256{}).value();
    const Verdict verdict = judge(config(), d, complaint).value();
    ASSERT(opens || verdict.guilty == Verdict::Guilty::dealer);
  }
  return 0;
}
