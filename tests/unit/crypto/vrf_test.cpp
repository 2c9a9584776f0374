#include "crypto/vrf.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::crypto;

namespace {

// Source: draft-irtf-cfrg-vrf-04, appendix A, second example of suite 3.
const VrfKey& key() {
  static const VrfKey value = vrf_key_of_seed(
      fixed_from_hex<Hash256>("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
          .value());
  return value;
}
const VrfProof& proof() {
  static const VrfProof value =
      fixed_from_hex<VrfProof>(
          "84a63e74eca8fdd64e9972dcda1c6f33d03ce3cd4d333fd6cc789db12b5a7b9d"
          "03f1cb6b2bf7cd81a2a20bacf6e1c04e"
          "59f2fa16d9119c73a45a97194b504fb9a5c8cf37f6da85e03368d6882e511008")
          .value();
  return value;
}
const Bytes alpha{0x72};

}  // namespace

TEST_CASE("verify_vrf: a published proof verifies") {
  CHECK(to_hex(key()) == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  CHECK(verify_vrf(key(), alpha, proof()).ok());
}

TEST_CASE("verify_vrf: a change in any part of the proof, the input or the key is refused") {
  for (std::size_t i = 0; i < VrfProof::size; ++i) {
    VrfProof wrong = proof();
    wrong.bytes[i] ^= 1;
    CHECK(verify_vrf(key(), alpha, wrong).code() == Errc::bad_vrf_proof);
  }
  CHECK(verify_vrf(key(), {}, proof()).code() == Errc::bad_vrf_proof);
  CHECK(verify_vrf(vrf_key_of_seed(Hash256{}), alpha, proof()).code() == Errc::bad_vrf_proof);
}

TEST_CASE("verify_vrf: s plus the group order is refused, so a proof has one encoding") {
  const Bytes order =  // little-endian
      from_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010").value();
  VrfProof wrong = proof();
  int carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    const int sum = wrong.bytes[48 + i] + order[i] + carry;
    wrong.bytes[48 + i] = static_cast<std::uint8_t>(sum);
    carry = sum >> 8;
  }
  CHECK(verify_vrf(key(), alpha, wrong).code() == Errc::bad_vrf_proof);
}

TEST_CASE("VRF keys: points of prime order only") {
  CHECK(is_valid(key()));
  CHECK_FALSE(is_valid(VrfKey{}));  // a point of order 4
  VrfKey identity;
  identity.bytes[0] = 1;
  CHECK_FALSE(is_valid(identity));
  VrfKey not_canonical;
  not_canonical.bytes.fill(0xff);
  CHECK_FALSE(is_valid(not_canonical));
  CHECK(verify_vrf(identity, alpha, proof()).code() == Errc::bad_vrf_key);
}
