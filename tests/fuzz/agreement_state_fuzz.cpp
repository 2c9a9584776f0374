// A published state, fault proof or certificate that decodes has one encoding.
#include "messages/agreement_state.hpp"

using namespace quorate;

namespace {

template <class T>
void check(ByteView bytes) {
  const Result<T> read = decode<T>(bytes);
  if (read.ok()) ASSERT(encode(*read) == to_bytes(bytes));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes{data, size};
  check<messages::AgreementState>(bytes);
  check<messages::FaultProof>(bytes);
  check<consensus::VoteCertificate>(bytes);
  return 0;
}
