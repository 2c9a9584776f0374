#include "crypto/verify_memo.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::crypto;

namespace {

Hash256 question(std::uint32_t n) {
  std::uint8_t bytes[4];
  put_be(bytes, n);
  return sha256(bytes);
}
PublicKey answer(std::uint8_t n) {
  PublicKey key;
  key.bytes[0] = n;
  return key;
}

}  // namespace

TEST_CASE("VerifyMemo: finds what was inserted and nothing else") {
  VerifyMemo memo{8};
  CHECK_FALSE(memo.find(question(1)));
  memo.insert(question(1), answer(7));
  CHECK(memo.find(question(1)) == answer(7));
  CHECK_FALSE(memo.find(question(2)));
}

TEST_CASE("VerifyMemo: never holds more than its limit, and keeps at least the last half") {
  VerifyMemo memo{8};
  for (std::uint32_t n = 0; n < 100; ++n) {
    memo.insert(question(n), answer(1));
    CHECK(memo.size() <= 8);
    for (std::uint32_t back = 0; back <= std::min(n, 3u); ++back) {
      CHECK(memo.find(question(n - back)));
    }
  }
  CHECK_FALSE(memo.find(question(0)));
}

TEST_CASE("VerifyMemo: an entry in use survives any number of insertions") {
  VerifyMemo memo{8};
  memo.insert(question(0), answer(9));
  for (std::uint32_t n = 1; n < 100; ++n) {
    memo.insert(question(n), answer(1));
    CHECK(memo.find(question(0)) == answer(9));
    CHECK(memo.size() <= 8);
  }
}

TEST_CASE("verify memo: every part of the question changes it, and the kinds differ") {
  const Hash256 message = question(1);
  const XOnlyKey key = XOnlyKey::from(question(2).view());
  SchnorrSignature signature;
  const Hash256 base = schnorr_question(key, message.view(), signature);
  CHECK(schnorr_question(key, question(3).view(), signature) != base);
  CHECK(schnorr_question(XOnlyKey{}, message.view(), signature) != base);
  signature.bytes[63] = 1;
  CHECK(schnorr_question(key, message.view(), signature) != base);
  CHECK(recover_question(message, RecoverableSignature{}) !=
        recover_question(Hash256{}, RecoverableSignature{}));
}

TEST_CASE("verify memo: a success is remembered, a failure is not") {
  const SecretKey secret = SecretKey::generate();
  const XOnlyKey key = x_only(secret.public_key());
  const SchnorrSignature signature = sign_schnorr(secret, question(1), Hash256{});
  VerifyMemo& memo = VerifyMemo::of_this_thread();
  CHECK_FALSE(verify_schnorr(key, question(2).view(), signature));
  CHECK_FALSE(memo.find(schnorr_question(key, question(2).view(), signature)));
  CHECK(verify_schnorr(key, question(1).view(), signature));
  CHECK(memo.find(schnorr_question(key, question(1).view(), signature)));
}
