// Random public values, and libsecp256k1's public interface as the oracle for our own curve code.
#pragma once

#include <doctest/doctest.h>
#include <secp256k1.h>

#include <random>
#include <vector>

#include "crypto/point.hpp"
#include "crypto/secp_context.hpp"

namespace quorate::crypto::oracle {

constexpr std::uint64_t default_seed = 20240607;

class Random {
 public:
  explicit Random(std::uint64_t seed = default_seed) : engine_(seed) {}
  std::uint64_t u64() { return engine_(); }
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(engine_() % n); }
  Hash256 hash() {
    Hash256 h;
    for (std::size_t i = 0; i < 32; i += 8) put_be(h.bytes.data() + i, u64());
    return h;
  }
  Scalar scalar() { return Scalar::from_hash(hash()); }
  Point point();

 private:
  std::mt19937_64 engine_;
};

inline Scalar minus_one() { return -Scalar{1}; }

/// k·G by libsecp256k1; infinity for 0.
inline Point base_multiple(const Scalar& k) {
  secp256k1_pubkey key;
  if (secp256k1_ec_pubkey_create(secp(), &key, k.to_bytes().bytes.data()) != 1) return Point{};
  PublicKey out;
  std::size_t size = 33;
  secp256k1_ec_pubkey_serialize(secp(), out.bytes.data(), &size, &key, SECP256K1_EC_COMPRESSED);
  return Point::parse(out).value();
}

/// k·P by libsecp256k1; infinity for k = 0 or P infinite.
inline Point multiple(const Scalar& k, const Point& p) {
  if (p.is_infinity()) return p;
  secp256k1_pubkey key;
  const PublicKey bytes = p.serialize();
  REQUIRE(secp256k1_ec_pubkey_parse(secp(), &key, bytes.bytes.data(), 33) == 1);
  if (secp256k1_ec_pubkey_tweak_mul(secp(), &key, k.to_bytes().bytes.data()) != 1) return Point{};
  PublicKey out;
  std::size_t size = 33;
  secp256k1_ec_pubkey_serialize(secp(), out.bytes.data(), &size, &key, SECP256K1_EC_COMPRESSED);
  return Point::parse(out).value();
}

/// ΣP by libsecp256k1's pubkey_combine; infinite terms are left out.
inline Point sum(const std::vector<Point>& points) {
  std::vector<secp256k1_pubkey> keys;
  for (const Point& p : points) {
    if (p.is_infinity()) continue;
    const PublicKey bytes = p.serialize();
    keys.emplace_back();
    REQUIRE(secp256k1_ec_pubkey_parse(secp(), &keys.back(), bytes.bytes.data(), 33) == 1);
  }
  if (keys.empty()) return Point{};
  std::vector<const secp256k1_pubkey*> pointers;
  for (const auto& key : keys) pointers.push_back(&key);
  secp256k1_pubkey total;
  if (secp256k1_ec_pubkey_combine(secp(), &total, pointers.data(), pointers.size()) != 1) {
    return Point{};
  }
  PublicKey out;
  std::size_t size = 33;
  secp256k1_ec_pubkey_serialize(secp(), out.bytes.data(), &size, &total, SECP256K1_EC_COMPRESSED);
  return Point::parse(out).value();
}

inline Point Random::point() { return base_multiple(scalar()); }

}  // namespace quorate::crypto::oracle
