// Small transactions and keys that the tests of this room share.
#pragma once

#include <doctest/doctest.h>

#include "bitcoin/wallet.hpp"

namespace quorate::bitcoin {

inline crypto::SecretKey sample_key(std::uint8_t n) {
  return crypto::SecretKey::derive("quorate/test/bitcoin", ByteView{&n, 1});
}

inline BurnTxid sample_txid(std::uint8_t n) {
  BurnTxid txid;
  txid.bytes.fill(n);
  return txid;
}

/// One input (output 1 of `sample_txid(7)`), one burn output of 1,000 sats.
inline Transaction sample_transaction() {
  Transaction tx;
  tx.inputs.push_back({.previous = {sample_txid(7), 1}});
  tx.outputs.push_back({Sats{1000}, burn_script()});
  return tx;
}

/// A coin that `key` can spend.
inline Coin sample_coin(std::uint8_t n, Sats value, const crypto::SecretKey& key) {
  return {{sample_txid(n), 0}, {value, wallet_script(key)}};
}

inline Bytes hex(std::string_view text) { return from_hex(text).value(); }

}  // namespace quorate::bitcoin
