// Bitcoin addresses: the text form of standard output scripts, for people and configuration.
// Source: base58check; BIP 173, BIP 350 (bech32, bech32m).
#pragma once

#include "bitcoin/script.hpp"

namespace quorate::bitcoin {

enum class Network : std::uint8_t { main, test, regtest };

/// The address of a destination. Test and regtest share their base58 forms.
[[nodiscard]] std::string address_text(Network network, const Destination& destination);
/// The same for a script, nothing for a script that has no address.
[[nodiscard]] std::optional<std::string> address_text(Network network, const Script& script);

/// @returns address_bad_character, address_bad_checksum, address_bad_length or address_bad_version
/// (unknown, or another network's).
[[nodiscard]] Result<Destination> parse_address(Network network, std::string_view text);

}  // namespace quorate::bitcoin
