// Checks the signature of one input, for the kinds of outputs our own wallets make. The scripted
// Bitcoin refuses badly signed transactions with it; a real node leaves that to Bitcoin.
#pragma once

#include "bitcoin/sighash.hpp"

namespace quorate::bitcoin {

/// `spent`: the outputs of all inputs, in order (else a bug). @returns input_kind_unsupported,
/// input_wrong_shape, input_wrong_key, sighash_type_unknown, sighash_single_without_output or
/// bad_signature.
[[nodiscard]] Result<> verify_input(const Transaction& tx, std::size_t index,
                                    const std::vector<TxOut>& spent);

}  // namespace quorate::bitcoin
