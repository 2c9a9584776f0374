// A key certificate that decodes has one encoding.
#include "consensus/key_certificate.hpp"

using namespace quorate;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes{data, size};
  const auto decoded = decode<consensus::KeyCertificate>(bytes);
  if (decoded.ok()) ASSERT(encode(*decoded) == to_bytes(bytes));
  return 0;
}
