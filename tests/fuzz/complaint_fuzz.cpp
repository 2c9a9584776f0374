// Any bytes as a complaint or a confirmation.
#include "crypto/frost_examine.hpp"

using namespace quorate;
using namespace quorate::crypto;

namespace {

template <class T>
void check(ByteView in) {
  const Result<T> value = decode<T>(in);
  if (value.ok()) ASSERT(encode(*value) == to_bytes(in));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView in{data, size};
  check<Complaint>(in);
  check<Confirmation>(in);
  const Result<Complaint> complaint = decode<Complaint>(in);
  if (complaint.ok()) {
    const DleqStatement statement{generator_key(), generator_key(), complaint->shared_point,
                                  complaint->shared_point};
    static_cast<void>(verify_dleq(statement, complaint->proof, std::nullopt).ok());
  }
  return 0;
}
