// What the shells of the two wallets (announcer, enroller) share: how their effects are performed.
#pragma once

#include "actors/machine_shell.hpp"
#include "actors/wallet_io.hpp"

namespace quorate::actors {

template <class Self>
struct WalletEffectsOf : CommonEffects<Self> {
  using CommonEffects<Self>::CommonEffects;
  using CommonEffects<Self>::operator();

  void operator()(const SendBurnTransaction& order) const {
    this->tell(this->roles().follower, messages::BitcoinSubmission{{order.raw}});
  }
  void operator()(const WantCoins& order) const {
    this->tell(this->roles().follower, messages::CoinsQuestion{{order.script}});
  }
  void operator()(const messages::SignAnnouncement& order) const {
    this->tell(this->roles().producer, order);
  }
};

}  // namespace quorate::actors
