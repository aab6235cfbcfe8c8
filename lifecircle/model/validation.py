"""Walking times beside times that somebody measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True, slots=True, eq=False)
class TimesValidation:
    """How far modelled times are from measured ones; N walks.

    Attributes
    ----------
    walks : DataFrame (N rows)
        ``origin, destination, measured_min, modelled_min`` (``inf`` where no walk was found), ``difference_min``
        (modelled less measured; null without a walk), ``flips`` (one is within the threshold, the other is not).
    threshold_min : float
        Inclusive.
    profile : str
    speed_kmh : float
    """

    walks: pd.DataFrame
    threshold_min: float
    profile: str
    speed_kmh: float

    @property
    def compared(self) -> int:
        """Walks that both sides have a time for."""
        return int(self.walks["difference_min"].notna().sum())

    @property
    def bias_min(self) -> float:
        """Mean of modelled less measured minutes; NaN without any."""
        return float(self.walks["difference_min"].mean())

    @property
    def mae_min(self) -> float:
        """Mean absolute difference, minutes; NaN without any."""
        return float(self.walks["difference_min"].abs().mean())

    @property
    def flips(self) -> int:
        """Walks whose verdict at the threshold differs; one that the model does not find counts as beyond it."""
        return int(self.walks["flips"].sum())

    def summary(self, language: str = "en") -> str:
        """Return the figures in one or two sentences, "zh" or "en"."""
        lost = int(np.isinf(self.walks["modelled_min"]).sum())
        if language == "zh":
            return (
                f"{self.compared} 条实测步行与模型（{self.profile}，{self.speed_kmh:g} km/h）比较："
                f"平均偏差 {self.bias_min:+.2f} 分钟，平均绝对误差 {self.mae_min:.2f} 分钟；"
                f"在 {self.threshold_min:g} 分钟阈值上结论相反 {self.flips} 条；模型未找到路径 {lost} 条。"
            )
        return (
            f"{self.compared} measured walks against the model ({self.profile}, {self.speed_kmh:g} km/h): bias "
            f"{self.bias_min:+.2f} min, mean absolute error {self.mae_min:.2f} min; {self.flips} verdicts differ at "
            f"{self.threshold_min:g} min; {lost} walks were not found."
        )
