// Who takes part in a simulation: numbers, names, and keys derived from the seed.
#pragma once

#include <map>

#include "bitcoin/wallet.hpp"
#include "runtime/node.hpp"
#include "runtime/simulation/scenario.hpp"
#include "runtime/simulation/scripted_burnchain.hpp"

namespace quorate::simulation {

class Cast {
 public:
  explicit Cast(const Scenario& scenario);

  /// Bitcoin and all nodes.
  [[nodiscard]] NodeNumber participants() const {
    return static_cast<NodeNumber>(names_.size());
  }
  /// By number; "bitcoin" first, then producers, then stackers.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] std::optional<NodeNumber> find(std::string_view name) const;
  [[nodiscard]] bool is_producer(NodeNumber node) const {
    return node >= 1 && node <= scenario_.producers.size();
  }
  /// Who signs with this key; 0 for nobody.
  [[nodiscard]] NodeNumber owner(const crypto::PublicKey& key) const;
  [[nodiscard]] stacks::Principal principal(NodeNumber producer) const;

  /// What the node's roles are; `life` counts its starts.
  [[nodiscard]] runtime::NodeConfig config(NodeNumber node, std::uint32_t life,
                                           const consensus::Genesis& genesis) const;
  /// The stackers of cycle 0.
  [[nodiscard]] std::vector<consensus::GenesisSigner> signers() const;
  /// Bitcoin that the producers' wallets own from the start.
  [[nodiscard]] std::vector<ScriptedBurnchain::Grant> grants() const;
  /// Who is connected with whom, by pairs of numbers, both above 0.
  [[nodiscard]] std::vector<std::pair<NodeNumber, NodeNumber>> links() const;

 private:
  [[nodiscard]] crypto::SecretKey key(NodeNumber node) const;
  [[nodiscard]] crypto::SecretKey purse(NodeNumber node) const;

  Scenario scenario_;
  std::vector<std::string> names_;
  std::map<crypto::PublicKey, NodeNumber> owners_;
};

}  // namespace quorate::simulation
