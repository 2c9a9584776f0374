// A key certificate that decodes has one encoding.
#include "consensus/key_certificate.hpp"
#include "tests/fuzz/one_encoding.hpp"

using namespace quorate;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes{data, size};
  (void)fuzz::check_one_encoding<consensus::KeyCertificate>(bytes);
  return 0;
}
