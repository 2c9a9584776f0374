#include "consensus/term_coinbase.hpp"

namespace quorate::consensus {

Bytes coinbase_transaction(stacks::Network network, std::uint32_t chain_id, TermNumber term) {
  stacks::Transaction tx;
  tx.network = network;
  tx.chain_id = chain_id;
  tx.anchor_mode = stacks::AnchorMode::on_chain_only;
  tx.payload = stacks::CoinbasePayload{
      stacks::CoinbaseBuffer::from(crypto::tagged_h("quorate/coinbase", encode(term)).view())};
  return stacks::encode_transaction(tx);
}

std::vector<RewardShare> coinbase_shares(const ProducerSet& set) {
  std::vector<RewardShare> shares;
  for (std::size_t i = 0; i < set.entries.size(); ++i) {
    shares.push_back({set.entries[i].principal, set.entries[i].spend,
                      static_cast<std::uint32_t>(set.entries.size() - 1 - i)});
  }
  return shares;
}

std::vector<RewardShare> member_shares(const ProducerSet& set) {
  std::vector<RewardShare> shares = coinbase_shares(set);
  shares.erase(shares.begin(), shares.begin() + static_cast<std::ptrdiff_t>(set.zero_slots()));
  return shares;
}

MicroStx purse_since(const Params& params, const CoinbaseSchedule& schedule, TermNumber after,
                     TermNumber term) {
  MicroStx sum{0};
  for (TermNumber t = after + 1; t <= term; ++t) {
    sum += term_purse(schedule, params.first_burn_height, first_height(params, t),
                      params.term_length);
  }
  return sum;
}

}  // namespace quorate::consensus
