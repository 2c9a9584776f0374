// Any bytes as each of the signing messages.
#include "crypto/frost_request.hpp"
#include "tests/fuzz/one_encoding.hpp"

using namespace quorate;
using namespace quorate::crypto;

namespace {

const KeygenConfig& config() {
  static const KeygenConfig c = [] {
    KeygenSpec spec;
    spec.threshold = 2;
    std::uint32_t next = 0;
    for (std::uint8_t p = 0; p < 3; ++p) {
      spec.parties.push_back({SecretKey::derive("quorate/fuzz-host", {&p, 1}).public_key(),
                              {SlotIndex{next++}}});
    }
    return KeygenConfig::make(spec).value();
  }();
  return c;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView in{data, size};
  (void)fuzz::check_one_encoding<NonceCommitments>(in);
  (void)fuzz::check_one_encoding<SignatureShare>(in);
  (void)fuzz::check_one_encoding<GroupSignature>(in);
  (void)fuzz::check_one_encoding<KeyCertificateContent>(in);
  Result<SigningRequest> request = fuzz::check_one_encoding<SigningRequest>(in);
  if (!request.ok()) return 0;
  request->keygen = config().id();
  if (check_request(config(), *request).ok()) {
    static_cast<void>(session_id(config(), *request));
  }
  return 0;
}
