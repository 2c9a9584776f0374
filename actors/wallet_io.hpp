// What the roles that spend bitcoin (enroller, announcer) hear and order.
#pragma once

#include "actors/burnchain_follower_machine.hpp"
#include "bitcoin/wallet.hpp"
#include "messages/announcement.hpp"
#include "messages/chain_events.hpp"

namespace quorate::actors {

/// The coins in a feed's answer, as a wallet wants them.
[[nodiscard]] std::vector<bitcoin::Coin> coins_of(const messages::Coins& answer);

using WalletEffect = std::variant<Persist, SendBurnTransaction, WantCoins,
                                  messages::SignAnnouncement, ArmTimer, Note>;
using WalletEffects = std::vector<WalletEffect>;

}  // namespace quorate::actors
