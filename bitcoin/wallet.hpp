// Builds and signs transactions from a set of own coins. Pure: the caller keeps the set.
#pragma once

#include "bitcoin/script.hpp"
#include "bitcoin/sighash.hpp"

namespace quorate::bitcoin {

/// An unspent output.
struct Coin {
  OutPoint at;
  TxOut output;
  auto operator<=>(const Coin&) const = default;
  static constexpr auto wire_fields() { return std::make_tuple(&Coin::at, &Coin::output); }
};

/// Change below this is left to the fee: Bitcoin Core's dust limit of P2WPKH.
inline constexpr Sats dust{294};

/// An unsigned transaction together with the coins its inputs spend, in input order.
struct Draft {
  Transaction tx;
  std::vector<Coin> spends;

  [[nodiscard]] std::vector<TxOut> spent_outputs() const;
  [[nodiscard]] std::vector<Script> spent_scripts() const;
  [[nodiscard]] Sats fee() const;
};

/// Chooses coins and adds change: first all of `first` in their order (inputs that must lead), then
/// coins of `coins`, greatest value first, equal values by outpoint, until they cover outputs and
/// fee. Change of at least `dust` goes to `change` as the last output, else to the fee.
/// @returns not_enough_coins, money_out_of_range, or output_below_dust for a spendable output below
/// `dust`.
[[nodiscard]] Result<Draft> draft_payment(const std::vector<Coin>& first, std::vector<Coin> coins,
                                          std::vector<TxOut> outputs, const Script& change,
                                          Sats fee);

/// Signs input `index`, which spends a P2WPKH or P2PKH output of `key`, with SIGHASH_ALL.
/// @returns input_kind_unsupported or input_wrong_key.
[[nodiscard]] Result<> sign_input(Draft& draft, std::size_t index, const crypto::SecretKey& key);

/// Places a finished Taproot key-path signature (SIGHASH_DEFAULT) into input `index`.
void place_taproot_signature(Transaction& tx, std::size_t index,
                             const crypto::SchnorrSignature& signature);

/// A payment all of whose coins belong to `key`, signed. Change returns to `change`.
[[nodiscard]] Result<Transaction> build_payment(const std::vector<Coin>& coins,
                                                const std::vector<TxOut>& outputs,
                                                const Script& change, Sats fee,
                                                const crypto::SecretKey& key);

/// The P2WPKH script that receives coins of `key`.
[[nodiscard]] Script wallet_script(const crypto::SecretKey& key);

}  // namespace quorate::bitcoin
