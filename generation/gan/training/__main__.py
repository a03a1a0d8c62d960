"""`python -m generation.gan.training FOLDER`."""

from generation.gan.training.recipe import main

if __name__ == "__main__":
    main()
