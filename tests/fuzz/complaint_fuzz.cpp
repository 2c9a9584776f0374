// Any bytes as a complaint or a confirmation.
#include "crypto/frost_examine.hpp"
#include "tests/fuzz/one_encoding.hpp"

using namespace quorate;
using namespace quorate::crypto;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView in{data, size};
  (void)fuzz::check_one_encoding<Confirmation>(in);
  const Result<Complaint> complaint = fuzz::check_one_encoding<Complaint>(in);
  if (complaint.ok()) {
    const DleqStatement statement{generator_key(), generator_key(), complaint->shared_point,
                                  complaint->shared_point};
    static_cast<void>(verify_dleq(statement, complaint->proof, std::nullopt).ok());
  }
  return 0;
}
