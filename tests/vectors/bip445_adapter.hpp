// Runs the cases of BIP 445's vector files through the party-based interface: every signer is a
// party with one key id. Refusals come back in the words of the reference implementation.
#pragma once

#include "crypto/frost_signing.hpp"
#include "vectors.hpp"

namespace quorate::vectors {

/// {type, message} or {type, signer_index, contrib}, as in the "error" field of a case.
using Bip445Error = Json;

template <class T>
struct Bip445Outcome {
  std::optional<T> value;
  Bip445Error error;
};

/// A test group's common part and one of its cases.
struct Bip445Case {
  const Json& group;
  const Json& test;

  [[nodiscard]] std::uint32_t n() const { return group.at("n").get<std::uint32_t>(); }
  [[nodiscard]] std::uint32_t t() const { return group.at("t").get<std::uint32_t>(); }
  [[nodiscard]] crypto::PublicKey threshold_key() const {
    return fixed<crypto::PublicKey>(group.at("thresh_pk").get<std::string>());
  }
  [[nodiscard]] std::vector<std::uint32_t> ids() const {
    return test.at("ids").get<std::vector<std::uint32_t>>();
  }
  [[nodiscard]] std::size_t my_position() const;
  [[nodiscard]] std::vector<crypto::PublicNonce> nonces() const;
};

/// The whole signing of one case up to the partial signature.
Bip445Outcome<crypto::PartialSignature> run_sign(const Bip445Case& c);
/// PartialSigVerify: true, false, or an error.
Bip445Outcome<bool> run_verify(const Bip445Case& c);
/// PartialSigAgg.
Bip445Outcome<crypto::SchnorrSignature> run_aggregate(const Bip445Case& c);
/// NonceAgg.
Bip445Outcome<crypto::AggregateNonce> run_nonce_aggregation(
    const std::vector<crypto::PublicNonce>& nonces);

}  // namespace quorate::vectors
