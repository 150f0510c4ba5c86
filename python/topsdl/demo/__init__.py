"""The main job from an archive to a service, on scikit-learn's digits."""
