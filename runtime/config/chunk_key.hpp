// A key that signs chunks of own Stacker DBs, in a file of its own, encrypted under a passphrase.
#pragma once

#include "runtime/frost/secret_files.hpp"

namespace quorate::config {

/// A fresh key in `path`, for the owner's eyes only. @returns file_exists, cannot_write_file.
[[nodiscard]] Result<crypto::PublicKey> create_chunk_key(const std::string& path,
                                                         ByteView passphrase,
                                                         frost::PassphraseCost cost);
/// @returns cannot_read_file, document_malformed, passphrase_wrong.
[[nodiscard]] Result<crypto::SecretKey> read_chunk_key(const std::string& path,
                                                       const frost::AskPassphrase& ask);

}  // namespace quorate::config
