// A scripted Bitcoin, a handful of producers and stackers, and one chain that sees it all. Group
// keys are plain secret keys: BIP 340 cannot tell. Everything is deterministic.
#pragma once

#include <doctest/doctest.h>

#include "consensus/chain.hpp"

namespace quorate::consensus::testing {

/// Terms of 10, cycles of 60 with 20 prepare blocks, 40 reward slots, 2 confirmations.
Params tiny_params();

struct Account {
  crypto::SecretKey key;
  stacks::Principal principal;
};
Account account(std::uint32_t index);

/// A would-be producer: VRF key, Bitcoin wallet script, signing key.
struct Producer {
  std::uint32_t index{};
  crypto::SecretKey signing_key;
  crypto::VrfKey vrf_key;
  bitcoin::Script wallet;
  std::optional<bitcoin::BurnPlace> registered;
};
Producer producer(std::uint32_t index);

/// A Bitcoin transaction with a payload, the scripts it spends, and further outputs.
bitcoin::BurnTx burn_tx(const bitcoin::Operation& operation, const Params& params,
                        std::vector<bitcoin::Script> spent, std::vector<bitcoin::TxOut> outputs);
/// The txid of such a transaction.
BurnTxid txid_of(const bitcoin::BurnTx& tx);
bitcoin::BurnTx registration_tx(const Producer& producer, const Params& params);
/// Pays `each` sats to every output the window asks for.
bitcoin::BurnTx enrollment_tx(const Producer& producer, const EnrollmentWindow& window, Sats each,
                              const Params& params);

/// The secret behind a group's key.
crypto::SecretKey group_secret(GroupKind kind, std::uint64_t generation);
/// A certificate for that key, signed by all members. `secret_of` finds a member's key.
KeyCertificate certify(const SignerSet& set, std::uint32_t network_id, std::uint32_t attempt = 0);
/// All members' commit votes for this content.
VoteCertificate certify_content(const KeyContent& content, const SignerSet& set,
                                std::uint32_t network_id);
GroupSeal group_seal(const SignerSet& set, const KeyContent& content, const BlockId& id,
                     const Params& params);
/// Without the bits of these members.
GroupSeal group_seal_without(const SignerSet& set, const KeyContent& content, const BlockId& id,
                             const Params& params, const std::vector<std::size_t>& silent);

/// Secret of any producer or stacker of this world by its public key.
const crypto::SecretKey& secret_of(const crypto::PublicKey& key);

class ScriptedWorld {
 public:
  explicit ScriptedWorld(const Params& params = tiny_params());

  Params params;
  Genesis genesis;
  Chain chain;
  std::vector<Producer> producers;
  std::vector<Account> accounts;
  /// Everything the chain has told since `events` was last cleared.
  ChainEvents events;
  /// Every burn block and sealed block given to the chain, in order.
  std::vector<std::variant<bitcoin::BurnBlock, SealedBlock>> history;

  /// A burn block on `parent` (default: the chain's tip).
  BurnView mine(std::vector<bitcoin::BurnTx> transactions = {});
  BurnView mine_on(const BurnView& parent, std::vector<bitcoin::BurnTx> transactions = {});
  /// Empty blocks until the tip has this height.
  void mine_to(BurnHeight height);
  void mine_to_term(TermNumber term) { mine_to(first_height(params, term)); }

  /// Registers the first `count` producers in the next burn block.
  void register_producers(std::size_t count);
  /// Enrolls them in the current window with 100, 200, 300, … sats per output.
  void enroll(std::size_t count);
  /// Tells the chain both keys of the current term, as its members would.
  void certify_keys();

  stacks::Transaction transfer(std::size_t from, std::size_t to, std::uint64_t amount,
                               std::uint64_t nonce, std::uint64_t fee = 1000);
  Result<BuildOutput> build(const std::vector<stacks::Transaction>& transactions = {},
                            std::uint32_t attempt = 0);
  SealedBlock seal(const Block& block);
  /// Builds at the tip, seals, accepts. @returns the id.
  BlockId produce(const std::vector<stacks::Transaction>& transactions = {});
  /// An announcement of an accepted block, with inputs of the groups of its chain.
  bitcoin::BurnTx announcement(const BlockId& id);
  VoteCertificate rejection(TermNumber term, BlockHeight height, std::uint32_t attempt,
                            const BurnView& r);

  Result<ChainEvents> accept(const SealedBlock& block);
  template <class T>
  std::vector<T> told() const {
    std::vector<T> out;
    for (const ChainEvent& event : events) {
      if (const T* one = std::get_if<T>(&event)) out.push_back(*one);
    }
    return out;
  }
  /// Registered, enrolled in term 0, keys certified, Bitcoin at the first block of term 2.
  void start(std::size_t producer_count = 3);

 private:
  void absorb(ChainEvents more);
  std::uint32_t nonce_{};
};

}  // namespace quorate::consensus::testing
