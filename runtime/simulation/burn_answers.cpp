#include "runtime/simulation/burn_answers.hpp"

namespace quorate::simulation {

std::vector<messages::BurnMessage> answers_to(const messages::BurnMessage& asked,
                                              ScriptedBurnchain& chain, std::size_t most,
                                              std::map<std::string, std::uint64_t>& refusals) {
  std::vector<messages::BurnMessage> out;
  if (const auto* wanted = std::get_if<messages::BurnBlocksWanted>(&asked)) {
    const std::vector<BurnHash> known(wanted->known.begin(), wanted->known.end());
    for (auto& block : chain.blocks_after(known, most)) {
      out.push_back(messages::BurnBlockPush{std::move(block)});
    }
  } else if (const auto* submit = std::get_if<messages::BurnTransactionSubmit>(&asked)) {
    const auto taken = chain.submit(submit->raw.bytes);
    if (!taken.ok()) ++refusals[std::string(name_of(taken.code()))];
  } else if (const auto* coins = std::get_if<messages::CoinsWanted>(&asked)) {
    out.push_back(chain.coins(coins->script));
  }
  return out;
}

std::vector<messages::Frame> newest_blocks(const ScriptedBurnchain& chain, std::size_t count) {
  std::vector<messages::Frame> out;
  for (std::size_t i = count; i > 0; --i) {
    const BurnHeight height{chain.tip().height.value + 1 - i};
    out.push_back(messages::encode_frame(
        messages::BurnMessage{messages::BurnBlockPush{chain.block_at(height)}}));
  }
  return out;
}

}  // namespace quorate::simulation
