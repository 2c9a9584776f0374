#include "crypto/sealed_shares.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::crypto;

namespace {

PartyKey two_shares() {
  PartyKey key{MemberIndex{3}, {}};
  for (const std::uint8_t n : {5, 9}) {
    Bytes bytes(32, 0);
    bytes[31] = n;
    key.shares.push_back({SlotIndex{n}, std::move(*SecretScalar::from(bytes))});
  }
  return key;
}

}  // namespace

TEST_CASE("sealed shares: what was sealed opens to the same shares") {
  const SecretKey host = SecretKey::derive("quorate/test-seal", Bytes{1});
  const Hash256 context = sha256(Bytes{7});
  const Bytes sealed = seal_shares(host, context, two_shares());
  CHECK(sealed.size() == 2 * 32 + 16);
  const std::vector<SlotIndex> ids{SlotIndex{5}, SlotIndex{9}};
  const auto opened = open_shares(host, context, MemberIndex{3}, ids, sealed);
  REQUIRE(opened.ok());
  CHECK(opened->party == MemberIndex{3});
  REQUIRE(opened->shares.size() == 2);
  CHECK(opened->shares[1].id == SlotIndex{9});
  CHECK(opened->shares[1].value.public_key() == two_shares().shares[1].value.public_key());
}

TEST_CASE("sealed shares: another key, context, length or byte is refused") {
  const SecretKey host = SecretKey::derive("quorate/test-seal", Bytes{1});
  const SecretKey other = SecretKey::derive("quorate/test-seal", Bytes{2});
  const Hash256 context = sha256(Bytes{7});
  const Bytes sealed = seal_shares(host, context, two_shares());
  const std::vector<SlotIndex> ids{SlotIndex{5}, SlotIndex{9}};
  const auto code = [&](const SecretKey& key, const Hash256& c, ByteView bytes) {
    return open_shares(key, c, MemberIndex{3}, ids, bytes).code();
  };
  CHECK(code(other, context, sealed) == Errc::unreadable_box);
  CHECK(code(host, sha256(Bytes{8}), sealed) == Errc::unreadable_box);
  CHECK(code(host, context, ByteView{sealed}.first(79)) == Errc::unreadable_box);
  for (std::size_t i = 0; i < sealed.size(); i += 11) {
    Bytes changed = sealed;
    changed[i] ^= 1;
    CHECK(code(host, context, changed) == Errc::unreadable_box);
  }
}
