// Who can own STX: an address, or a contract deployed by an address.
// Source: SIP-005 "Transaction Accounts"; docs/wire_formats.md "Principals".
#pragma once

#include "base/codec.hpp"
#include "stacks/c32.hpp"

namespace quorate::stacks {

/// The two networks of Stacks; they differ in the transaction version and in address versions.
enum class Network : std::uint8_t { mainnet = 0x00, testnet = 0x80 };
constexpr bool is_valid(Network network) {
  return network == Network::mainnet || network == Network::testnet;
}

/// Chain ids of the public networks; a private network may choose another.
inline constexpr std::uint32_t mainnet_chain_id = 0x00000001;
inline constexpr std::uint32_t testnet_chain_id = 0x80000000;

/// Whether addresses of this version belong to `network`.
[[nodiscard]] bool belongs_to(const Address& address, Network network);

/// The address of one key's hash (P2PKH) on a network.
[[nodiscard]] Address single_key_address(const Hash160& key_hash, Network network);

/// The address of one script's hash (P2SH) on a network.
[[nodiscard]] Address script_address(const Hash160& script_hash, Network network);

/// An address, or with a `contract` name the contract it deployed.
struct Principal {
  Address address;
  std::string contract;  ///< Empty: the address itself.

  Principal() = default;
  Principal(Address a) : address(a) {}  // NOLINT: an address is a principal
  Principal(Address a, std::string name) : address(a), contract(std::move(name)) {}

  [[nodiscard]] bool is_contract() const { return !contract.empty(); }
  auto operator<=>(const Principal&) const = default;
};

/// Longest contract name the codec accepts.
inline constexpr std::size_t max_contract_name = 128;

/// Letter first, then letters, digits, '-' and '_'; 1..128 characters.
[[nodiscard]] bool is_contract_name(std::string_view name);

/// 05 ‖ version ‖ hash, or 06 ‖ version ‖ hash ‖ u8 length ‖ name.
void put_principal(Writer& out, const Principal& principal);
/// Fails the reader with bad_principal, bad_address_version or bad_contract_name.
[[nodiscard]] Principal get_principal(Reader& in);
[[nodiscard]] Bytes encode_principal(const Principal& principal);
[[nodiscard]] Result<Principal> decode_principal(ByteView in);

/// ADDRESS or ADDRESS.name.
[[nodiscard]] std::string to_text(const Principal& principal);
/// @returns the refusals of parse_address, or bad_contract_name.
[[nodiscard]] Result<Principal> parse_principal(std::string_view text);

/// The address in Stacks form of Bitcoin's burn address, owner of the boot contracts.
[[nodiscard]] Address boot_address(Network network);

}  // namespace quorate::stacks
