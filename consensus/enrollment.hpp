// A producer's entry for one term as the rules see it once it has been found valid.
// Source: SIP "Producer Set Enrollments".
#pragma once

#include "base/units.hpp"
#include "crypto/keys.hpp"

namespace quorate::consensus {

/// An Ed25519 point: a producer's identity. Source: SIP-001 "Leader VRF key registrations".
using VrfKey = FixedBytes<struct VrfKeyTag, 32>;

/// Where a transaction stands in Bitcoin's history.
struct BurnPlace {
  BurnHeight height;
  std::uint32_t txoff{};  ///< Position in its block, coinbase = 0 ("vtxindex").
  BurnTxid txid;
  auto operator<=>(const BurnPlace&) const = default;
};

struct Enrollment {
  VrfKey vrf_key;
  crypto::PublicKey signing_key;
  Sats spend;
  BurnPlace place;
  bool operator==(const Enrollment&) const = default;
};

}  // namespace quorate::consensus
