// The secret keys of a node, in one file, encrypted under a passphrase; what others need to know of
// them stands beside in the clear.
#pragma once

#include "actors/link_machine.hpp"
#include "consensus/genesis.hpp"
#include "crypto/vrf.hpp"
#include "runtime/frost/secret_files.hpp"

namespace quorate::config {

struct NodeKeys {
  crypto::SecretKey node;      ///< On the network.
  crypto::SecretKey producer;  ///< Enrolls and signs as a producer.
  crypto::SecretKey purse;     ///< Owns the coins that pay for announcements, and the rewards.
  crypto::SecretKey stacker;   ///< Signs as a stacker.
  Hash256 vrf_seed;

  static NodeKeys generate();
  [[nodiscard]] messages::NodeId id() const { return crypto::x_only(node.public_key()); }
  /// The node's stacker as a network file names it: rewards go to the purse.
  [[nodiscard]] consensus::GenesisSigner as_stacker(std::uint32_t slots) const;
};

/// The file's text: JSON. Source: docs/operating.md "Keys".
[[nodiscard]] std::string keys_file_text(const NodeKeys& keys, ByteView passphrase,
                                         frost::PassphraseCost cost);
/// Fresh keys in `folder`/keys.json, for the owner's eyes only; the folder is made if need be.
/// @returns file_exists, cannot_write_file.
[[nodiscard]] Result<NodeKeys> create_keys_file(const std::string& folder, ByteView passphrase,
                                                frost::PassphraseCost cost);
/// @returns cannot_read_file, document_malformed, passphrase_wrong.
[[nodiscard]] Result<NodeKeys> read_keys_file(const std::string& path,
                                              const frost::AskPassphrase& ask);

}  // namespace quorate::config
