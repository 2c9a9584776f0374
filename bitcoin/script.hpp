// The few scripts the protocol reads and writes: standard outputs, and OP_RETURN with one push.
// Source: BIP 141, BIP 341; SIP "Producer Set Enrollments" (OP_RETURN as first output).
#pragma once

#include "bitcoin/transaction.hpp"
#include "crypto/keys.hpp"

namespace quorate::bitcoin {

/// Largest OP_RETURN payload the protocol uses; Bitcoin Core's default carrier limit.
inline constexpr std::size_t max_payload = 80;

enum class OutputKind : std::uint8_t { p2pkh, p2sh, p2wpkh, p2wsh, p2tr };

/// What a standard output script commits to: 20 bytes, or 32 for p2wsh and p2tr.
struct Destination {
  OutputKind kind{};
  Bytes hash;
  auto operator<=>(const Destination&) const = default;
};

/// @returns nothing for every other script.
[[nodiscard]] std::optional<Destination> destination_of(const Script& script);
/// The script of a destination whose hash has the size of its kind (else a bug).
[[nodiscard]] Script script_of(const Destination& destination);

[[nodiscard]] Script p2pkh_script(const Hash160& key_hash);
[[nodiscard]] Script p2wpkh_script(const crypto::PublicKey& key);
/// `output_key` is the tweaked key. Source: BIP 341.
[[nodiscard]] Script p2tr_script(const crypto::XOnlyKey& output_key);
/// P2PKH of 20 zero bytes: nobody's. Source: SIP "Producer Set Enrollments" (burn outputs).
[[nodiscard]] const Script& burn_script();
/// Whether the output burns: its 20-byte hash is zero, whatever its kind.
[[nodiscard]] bool is_burn(const Script& script);

/// OP_RETURN and one push of 1..80 bytes (PUSHDATA1 from 76 bytes on).
[[nodiscard]] Script op_return_script(ByteView payload);
/// The payload of exactly such a script, in the shortest push form; nothing for every other script.
[[nodiscard]] std::optional<ByteView> op_return_payload(const Script& script);

}  // namespace quorate::bitcoin
