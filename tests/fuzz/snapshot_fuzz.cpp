// A store's snapshot as somebody hands it to `quorate store show`: decodes to itself or is refused
// by name, with and without the header that protects it.
#include "storage/snapshot.hpp"

using namespace quorate;

namespace {

void check_one_encoding(ByteView file) {
  const auto snapshot = storage::decode_snapshot(file);
  if (snapshot.ok()) ASSERT(storage::encode_snapshot(*snapshot) == to_bytes(file));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const ByteView input{bytes, size};
  check_one_encoding(input);
  // Beyond the digest, which no change gets past.
  check_one_encoding(storage::with_snapshot_header(input));
  return 0;
}
