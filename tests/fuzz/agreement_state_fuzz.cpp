// A published state, fault proof or certificate that decodes has one encoding.
#include "messages/agreement_state.hpp"
#include "tests/fuzz/one_encoding.hpp"

using namespace quorate;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes{data, size};
  (void)fuzz::check_one_encoding<messages::AgreementState>(bytes);
  (void)fuzz::check_one_encoding<messages::FaultProof>(bytes);
  (void)fuzz::check_one_encoding<consensus::VoteCertificate>(bytes);
  return 0;
}
