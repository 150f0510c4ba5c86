"""A perceptron with one hidden layer, its gradient, and the Adam step, in numpy."""

from __future__ import annotations

import numpy as np

Parameters = dict[str, np.ndarray]


def initial(inputs: int, hidden: int, classes: int, seed: int) -> Parameters:
    """He-initialised weights in float64, so that the order of ranks does not show in the result."""
    rng = np.random.default_rng([seed, 1])
    return {
        "w1": rng.normal(0, np.sqrt(2 / inputs), (inputs, hidden)),
        "b1": np.zeros(hidden),
        "w2": rng.normal(0, np.sqrt(2 / hidden), (hidden, classes)),
        "b2": np.zeros(classes),
    }


def forward(p: Parameters, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Hidden activations ``(n, hidden)`` and class probabilities ``(n, classes)``."""
    hidden = np.maximum(x @ p["w1"] + p["b1"], 0)
    logits = hidden @ p["w2"] + p["b2"]
    exponent = np.exp(logits - logits.max(axis=1, keepdims=True))
    return hidden, exponent / exponent.sum(axis=1, keepdims=True)


def gradient(p: Parameters, x: np.ndarray, y: np.ndarray) -> tuple[Parameters, float]:
    """Sums, not means, of the gradient and of the cross-entropy over the rows given."""
    hidden, probability = forward(p, x)
    rows = np.arange(len(y))
    loss = float(-np.log(np.maximum(probability[rows, y], 1e-12)).sum())
    delta = probability.copy()
    delta[rows, y] -= 1
    back = (delta @ p["w2"].T) * (hidden > 0)
    return (
        {"w1": x.T @ back, "b1": back.sum(axis=0), "w2": hidden.T @ delta, "b2": delta.sum(axis=0)},
        loss,
    )


def accuracy(p: Parameters, x: np.ndarray, y: np.ndarray) -> float:
    """Share of rows whose likeliest class is right; 0 without rows."""
    return float((forward(p, x)[1].argmax(axis=1) == y).mean()) if len(y) else 0.0


class Adam:
    """Kingma and Ba, 2015, with their constants."""

    def __init__(self, parameters: Parameters, rate: float) -> None:
        self.rate = rate
        self.step_count = 0
        self.first = {k: np.zeros_like(v) for k, v in parameters.items()}
        self.second = {k: np.zeros_like(v) for k, v in parameters.items()}

    def step(self, parameters: Parameters, gradients: Parameters) -> None:
        """Moves the parameters in place."""
        self.step_count += 1
        t = self.step_count
        for key, g in gradients.items():
            self.first[key] = 0.9 * self.first[key] + 0.1 * g
            self.second[key] = 0.999 * self.second[key] + 0.001 * g * g
            m = self.first[key] / (1 - 0.9**t)
            v = self.second[key] / (1 - 0.999**t)
            parameters[key] -= self.rate * m / (np.sqrt(v) + 1e-8)
