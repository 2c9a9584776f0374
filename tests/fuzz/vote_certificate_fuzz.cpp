// A vote certificate that decodes has one encoding.
#include "consensus/agreement_types.hpp"

using namespace quorate;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes{data, size};
  const auto decoded = decode<consensus::VoteCertificate>(bytes);
  if (decoded.ok()) ASSERT(encode(*decoded) == to_bytes(bytes));
  return 0;
}
