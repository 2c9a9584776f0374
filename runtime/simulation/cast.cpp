#include "runtime/simulation/cast.hpp"

#include <set>

#include "runtime/simulation/random.hpp"

namespace quorate::simulation {

namespace {

/// Up to here everybody is connected with everybody.
constexpr NodeNumber full_mesh_up_to = 40;
/// Connections that every node opens in larger networks, besides producers among each other.
constexpr std::uint32_t opened_links = 6;

crypto::SecretKey derived_key(std::uint64_t seed, std::string_view purpose, NodeNumber node) {
  return crypto::SecretKey::derive("quorate/simulated-key",
                                   derive_seed(seed, purpose, node).view());
}

}  // namespace

Cast::Cast(const Scenario& scenario) : scenario_(scenario) {
  names_.push_back("bitcoin");
  for (const ProducerSpec& producer : scenario_.producers) names_.push_back(producer.name);
  for (const StackerSpec& stacker : scenario_.stackers) names_.push_back(stacker.name);
  for (NodeNumber node = 1; node < participants(); ++node) {
    owners_[key(node).public_key()] = node;
  }
}

crypto::SecretKey Cast::key(NodeNumber node) const {
  return derived_key(scenario_.seed, is_producer(node) ? "producer" : "stacker", node);
}
crypto::SecretKey Cast::purse(NodeNumber node) const {
  return derived_key(scenario_.seed, "purse", node);
}

std::optional<NodeNumber> Cast::find(std::string_view name) const {
  for (NodeNumber node = 1; node < participants(); ++node) {
    if (names_[node] == name) return node;
  }
  return std::nullopt;
}

NodeNumber Cast::owner(const crypto::PublicKey& key) const {
  const auto found = owners_.find(key);
  return found == owners_.end() ? 0 : found->second;
}

stacks::Principal Cast::principal(NodeNumber producer) const {
  const auto network = scenario_.params.network_id == stacks::mainnet_chain_id
                           ? stacks::Network::mainnet
                           : stacks::Network::testnet;
  return stacks::single_key_address(
      stacks::key_hash(key(producer).public_key(), stacks::KeyEncoding::compressed), network);
}

runtime::NodeConfig Cast::config(NodeNumber node, std::uint32_t life,
                                 const consensus::Genesis& genesis) const {
  runtime::NodeConfig out;
  out.params = scenario_.params;
  out.timing = scenario_.timing;
  out.genesis = genesis;
  out.seed = derive_seed(scenario_.seed, "node", node);
  out.entropy = derive_seed(scenario_.seed, "entropy", std::uint64_t{life} << 32 | node);
  if (is_producer(node)) {
    out.producer = runtime::ProducerRole{
        key(node), purse(node),
        crypto::vrf_key_of_seed(derive_seed(scenario_.seed, "vrf", node)),
        scenario_.producers[node - 1].spend, scenario_.last_term()};
  } else {
    out.stacker = runtime::StackerRole{key(node)};
  }
  return out;
}

std::vector<consensus::GenesisSigner> Cast::signers() const {
  std::vector<consensus::GenesisSigner> out;
  for (std::size_t i = 0; i < scenario_.stackers.size(); ++i) {
    const auto node = static_cast<NodeNumber>(scenario_.producers.size() + 1 + i);
    out.push_back({{bitcoin::wallet_script(purse(node)).bytes}, key(node).public_key(),
                   scenario_.stackers[i].slots});
  }
  return out;
}

std::vector<ScriptedBurnchain::Grant> Cast::grants() const {
  std::vector<ScriptedBurnchain::Grant> out;
  for (NodeNumber node = 1; node <= scenario_.producers.size(); ++node) {
    // Enough for the registration and an enrollment per term, and for an announcement per burn
    // block.
    const std::uint64_t spend = scenario_.producers[node - 1].spend.value;
    out.push_back({bitcoin::wallet_script(key(node)),
                   Sats{(spend + 10'000) * (scenario_.producing_terms + 4) + 100'000}});
    out.push_back({bitcoin::wallet_script(purse(node)), Sats{100'000'000}});
  }
  return out;
}

std::vector<std::pair<NodeNumber, NodeNumber>> Cast::links() const {
  std::set<std::pair<NodeNumber, NodeNumber>> out;
  const auto link = [&](NodeNumber a, NodeNumber b) {
    if (a != b) out.emplace(std::min(a, b), std::max(a, b));
  };
  Random random(scenario_.seed, "links");
  const NodeNumber nodes = participants() - 1;
  for (NodeNumber a = 1; a <= nodes; ++a) {
    for (NodeNumber b = a + 1; b <= nodes; ++b) {
      // Election messages go from participant to participant.
      if (nodes <= full_mesh_up_to || (is_producer(a) && is_producer(b))) link(a, b);
    }
    for (std::uint32_t i = 0; i < opened_links; ++i) {
      link(a, 1 + static_cast<NodeNumber>(random.below(nodes)));
    }
  }
  return {out.begin(), out.end()};
}

}  // namespace quorate::simulation
