// Any bytes as each of the signing messages.
#include "crypto/frost_request.hpp"

using namespace quorate;
using namespace quorate::crypto;

namespace {

template <class T>
void check(ByteView in) {
  const Result<T> value = decode<T>(in);
  if (value.ok()) ASSERT(encode(*value) == to_bytes(in));
}

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
  check<SigningRequest>(in);
  check<NonceCommitments>(in);
  check<SignatureShare>(in);
  check<GroupSignature>(in);
  check<KeyCertificateContent>(in);
  Result<SigningRequest> request = decode<SigningRequest>(in);
  if (!request.ok()) return 0;
  request->keygen = config().id();
  if (check_request(config(), *request).ok()) {
    static_cast<void>(session_id(config(), *request));
  }
  return 0;
}
