// A producer's entry for one term as the rules see it once it has been found valid.
// Source: SIP "Producer Set Enrollments".
#pragma once

#include "bitcoin/payload.hpp"
#include "crypto/keys.hpp"
#include "crypto/vrf.hpp"

namespace quorate::consensus {

/// A transaction of Bitcoin's history.
struct BurnReference {
  bitcoin::BurnPlace place;
  BurnTxid txid;
  auto operator<=>(const BurnReference&) const = default;
};

/// The identity a producer enrolls with. Source: SIP-001 "Leader VRF key registrations".
struct KeyRegistration {
  crypto::VrfKey key;
  BurnReference mined;
  /// Script of the registration's second output: enrollments must spend from it first.
  Bytes owner_script;
  bool operator==(const KeyRegistration&) const = default;
};

struct Enrollment {
  crypto::VrfKey vrf_key;
  crypto::PublicKey signing_key;
  /// Sum of its PoX outputs, paid or burnt.
  Sats spend;
  BurnReference mined;
  bool operator==(const Enrollment&) const = default;
};

}  // namespace quorate::consensus
